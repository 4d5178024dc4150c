"""The public document of a session, and its events."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from services.catalog.dates import edtf_dates as dates
from services.catalog.dates.durations import write_duration
from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.publishing.domain import EntryContent, EntryKind, EntryState
from services.catalog.publishing.representations import event_when, exact_times
from services.catalog.sessions import queries
from services.catalog.sessions.queries import SessionContent
from services.catalog.taxonomy.vocabularies import VOCABULARIES
from shared import runtime
from shared.events import catalog as events


def compose(conn: Connection, ids: list[UUID]) -> Iterable[EntryContent]:
    """Compose the stored documents of sessions, without URLs and values that depend on the current time."""
    for row in queries.select_contents(conn, ids):
        yield EntryContent(row.id, _document(row), {"join_url": (row.online or {}).get("join_url")})


def _document(row: SessionContent) -> Document:
    return {
        "id": str(row.id),
        "slug": row.slug,
        "title": row.title,
        "summary": row.summary,
        "description": row.description,
        "description_html": row.description_html,
        "initiative": row.initiative,
        "series": row.series,
        "format": row.format,
        "status": row.status,
        "when": _when(row),
        "venue": row.venue,
        "online": {"platform": row.online["platform"]} if row.online else None,
        "organizations": row.organizations,
        "presenters": row.presenters,
        "terms": {name: row.terms.get(name, []) for name in VOCABULARIES},
        "learning_outcomes": row.learning_outcomes,
        "who_should_attend": row.who_should_attend,
        "registration": {
            "policy": row.policy,
            "opens_at": _local(row.opens_at, row.timezone),
            "closes_at": _local(row.closes_at, row.timezone),
            "capacity": row.capacity,
        },
        "recording": _recording(row.recording),
        "materials": row.materials,
        "contact_hours": row.contact_hours,
        "price": {"free": True},
    }


def _when(row: SessionContent) -> Document:
    if row.starts_at and row.ends_at and row.timezone:
        return dates.describe_exact(row.starts_at, row.ends_at, row.timezone)
    return dates.describe_uncertain(row.edtf)


def _local(moment: datetime | None, timezone: str | None) -> str | None:
    return moment.astimezone(ZoneInfo(timezone or "UTC")).isoformat() if moment else None


def _recording(row: dict[str, Any] | None) -> Document | None:
    if row is None:
        return None
    return {
        "url": row["url"],
        "duration": write_duration(row["duration_seconds"]),
        "captions": row["captions"],
        "captions_url": row["captions_url"],
        "transcript_url": row["transcript_url"],
        "published_at": row["published_at"],
    }


def own(document: Document) -> Document:
    """Return a session's own state, without its recording, which has its own events, and its place in the series."""
    series = document["series"]
    stated = {name: value for name, value in document.items() if name not in ("recording", "revision", "updated_at")}
    return stated | {"series": {"slug": series["slug"], "title": series["title"]} if series else None}


def event(previous: Document | None, state: EntryState) -> events.SessionEvent:
    """Return the event that describes the change best; every event carries the whole state."""
    session = _state(state)
    now = state.content.document
    if previous is None:
        return events.SessionPublished(session=session)
    was, when = previous["when"], now["when"]
    if now["status"] != previous["status"] and now["status"] == "cancelled":
        return events.SessionCancelled(session=session)
    if now["status"] != previous["status"] and now["status"] == "held":
        return events.SessionHeld(session=session)
    if "starts_at" in when and "starts_at" not in was:
        return events.SessionScheduled(session=session)
    if "starts_at" in was and exact_times(was) != exact_times(when):
        return events.SessionRescheduled(session=session, previous=event_when(was))
    opened, closed = _is_open(now["registration"]), _is_closed(now["registration"])
    if opened and not _is_open(previous["registration"]):
        return events.SessionRegistrationOpened(session=session)
    if closed and not _is_closed(previous["registration"]):
        return events.SessionRegistrationClosed(session=session)
    return events.SessionUpdated(session=session)


def withdrawn(state: EntryState) -> events.SessionEvent:
    """Return the event of a withdrawal; a session that was still to come becomes canceled."""
    session = _state(state)
    to_come = session.status in ("planned", "scheduled")
    return events.SessionWithdrawn(session=replace(session, status="cancelled") if to_come else session)


def _is_closed(window: Document) -> bool:
    """True if registration was closed before the session began."""
    closes_at = window["closes_at"]
    return closes_at is not None and datetime.fromisoformat(closes_at) <= runtime.current().clock.now()


def _is_open(window: Document) -> bool:
    return window["policy"] == "open" and not _is_closed(window)


def _state(state: EntryState) -> events.Session:
    document, private = state.content.document, state.content.private
    series = document["series"]
    online = document["online"]
    window = document["registration"]
    return events.Session(
        id=state.content.id,
        revision=state.revision,
        slug=document["slug"],
        title=document["title"],
        summary=document["summary"],
        format=document["format"],
        status=document["status"],
        initiative=events.Reference(**document["initiative"]),
        series=events.Reference(slug=series["slug"], title=series["title"]) if series else None,
        when=event_when(document["when"]),
        venue=events.Place(**document["venue"]) if document["venue"] else None,
        online=events.Online(platform=online["platform"], join_url=private["join_url"]) if online else None,
        organizations=[events.Involved(**involved) for involved in document["organizations"]],
        terms=document["terms"],
        registration=events.Admission(
            policy=window["policy"],
            opens_at=_utc(window["opens_at"]),
            closes_at=_utc(window["closes_at"]),
            capacity=window["capacity"],
        ),
        contact_hours=document["contact_hours"],
        page_url=urls.page_of("session", document["slug"]),
    )


def _utc(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment).astimezone(UTC) if moment else None


SESSION = EntryKind(compose, own, event, withdrawn)
