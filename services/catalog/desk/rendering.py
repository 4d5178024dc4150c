"""What every page for staff of the catalog may use."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from psycopg import Connection

from services.catalog import addresses
from services.catalog.comments.queries import count_waiting
from services.catalog.publishing.domain import Document
from shared.date_labels import label_moment
from shared.http import pages
from shared.http.responses import see_other

# What was done before the page that is shown: `?done=` names it.
DONE = {
    "created": "The draft is made. Nobody but staff sees it.",
    "saved": "Saved.",
    "same": "Nothing was changed.",
    "published": "It is public.",
    "planned": "It will become public at that time.",
    "kept": "It stays a draft.",
    "withdrawn": "It was withdrawn.",
    "rescheduled": "The new time is saved.",
    "cancelled": "The session is cancelled.",
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
    """A page for staff."""
    return pages.respond(
        template,
        waiting=count_waiting(conn),
        done=DONE.get(request.args.get("done", "")),
        staff_path=addresses.staff_path,
        page_path=addresses.page_path,
        collections=addresses.COLLECTIONS,
        say_moment=say_moment,
        name_of=name_of,
        **values,
    )


def say_moment(moment: datetime) -> str:
    """A moment as people read it, in UTC."""
    return label_moment(moment.astimezone(UTC))


def lead_to(kind: str, slug: str, done: str) -> Response:
    """On to the page of a thing, which tells what was done."""
    return see_other(f"{addresses.staff_path(kind, slug)}?done={done}")


def name_of(document: Document) -> str:
    """How people call a thing; organizations have names, vocabularies labels, and the others titles."""
    return document.get("title") or document.get("label") or document["name"]
