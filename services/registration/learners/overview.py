"""What the page of a learner shows: what `domain.describe` tells programs, in the order and the words of people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection import queries as projection
from services.registration.catalog_projection.queries import Occasion
from services.registration.learners import domain
from services.registration.links import page_urls
from shared.date_labels import label_duration, label_long_date


def describe(conn: Connection, person_id: UUID) -> dict[str, Any]:
    """The values of `learning.html`."""
    found = domain.describe(conn, person_id)
    registrations, invitations = found["registrations"], found["invitations"]
    seen = [one["session"] for series in found["progress"] for one in series["sessions"]]
    slugs = {*seen, *(one["session"] for one in (*registrations, *invitations, *found["views"]))}
    occasions = projection.select_occasions(conn, slugs)
    mine = [
        {**one, "occasion": occasions[one["session"]], "manage": page_urls.managing(one["id"], one["token"])}
        for one in registrations
    ]
    mine.sort(key=_when)
    standing = {one["session"] for one in mine if one["status"] != "cancelled"}
    return {
        "person": found["person"],
        "upcoming": [one for one in mine if one["status"] != "cancelled" and one["occasion"].to_come],
        "past": [one for one in reversed(mine) if one["status"] == "cancelled" or not one["occasion"].to_come],
        "progress": [_progress(one, occasions, standing) for one in found["progress"]],
        "invitations": [
            {**one, "occasion": occasions[one["session"]], "address": f"/registration/invitations/{one['token']}"}
            for one in reversed(invitations)
        ],
        "certificates": [
            {
                **one,
                "address": page_urls.certificate(one["id"]),
                "files": f"/registration/v1/certificates/{one['id']}",
                "day": label_long_date(one["issued_at"]),
            }
            for one in found["certificates"]
        ],
        "views": [
            {**one, "occasion": occasions[one["session"]], "watched": _duration(one["watched_seconds"])}
            for one in found["views"]
        ],
    }


def _progress(series: dict[str, Any], occasions: dict[str, Occasion], standing: set[str]) -> dict[str, Any]:
    sessions = [
        {**one, "occasion": occasions[one["session"]], "registered": one["session"] in standing}
        for one in series["sessions"]
    ]
    day = label_long_date(series["completed_at"]) if series["completed_at"] else None
    return {**series, "sessions": sessions, "done": sum(one["seen"] is not None for one in sessions), "day": day}


def _when(registration: dict[str, Any]) -> tuple[bool, float]:
    starts_at = registration["occasion"].starts_at
    return starts_at is None, starts_at.timestamp() if starts_at else 0.0


def _duration(seconds: int) -> str:
    return label_duration(seconds) if timedelta(seconds=seconds) >= timedelta(minutes=1) else "less than a minute"
