"""Rendering the catalog's staff pages."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from psycopg import Connection

from services.catalog.entries import urls
from services.catalog.entries.representations import name_of
from services.catalog.staff_layout.queries import count_waiting
from shared.date_labels import label_moment
from shared.http import pages
from shared.http.responses import see_other

# Notices of what was just done, by the value of `?done=`.
DONE = {
    "created": "The draft is made. Nobody but staff sees it.",
    "saved": "Saved.",
    "same": "Nothing was changed.",
    "published": "It is public.",
    "planned": "It will become public at that time.",
    "kept": "It stays a draft.",
    "withdrawn": "It was withdrawn.",
    "rescheduled": "The new time is saved.",
    "cancelled": "The session is canceled.",
    "opened": "Registration is open.",
    "closed": "Registration is closed.",
    "recording": "The recording is saved.",
    "no-recording": "The recording was withdrawn.",
    "term": "The terms are saved.",
    "decided": "Decided.",
    "erased": "The comment is erased.",
    "imported": "The document was taken in.",
}


def respond(template: str, conn: Connection, **values: Any) -> Response:
    """Return a staff page."""
    return pages.respond(
        template,
        waiting=count_waiting(conn),
        done=DONE.get(request.args.get("done", "")),
        staff_path=urls.staff_path,
        page_path=urls.page_path,
        collections=urls.COLLECTIONS,
        say_moment=label_utc,
        name_of=name_of,
        **values,
    )


def label_utc(moment: datetime) -> str:
    """Return the moment in UTC as readers see it."""
    return label_moment(moment.astimezone(UTC))


def redirect_to_entry(kind: str, slug: str, done: str) -> Response:
    """Redirect to an entry's staff page, with a notice of what was done."""
    return see_other(f"{urls.staff_path(kind, slug)}?done={done}")
