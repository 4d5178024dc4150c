"""Which entries a request may read: the public reads published ones, staff also drafts."""

from typing import NoReturn

from flask import g
from psycopg import Connection

from services.catalog.entries import queries
from services.catalog.entries.queries import Entry
from shared.errors import Gone, Moved, NotFound
from shared.http import auth

SCOPE = "catalog:write"


def find_visible(conn: Connection, kind: str, slug: str) -> Entry:
    """Return the entry with this slug: a public one, or one in any state for staff.

    Raises NotFound, Gone if it was withdrawn, and Moved if the slug has changed.
    """
    entry = queries.select_entry(conn, kind, slug)
    if entry is None:
        _refuse_unknown(conn, kind, slug)
    if entry.published_at is None and not _may_see_drafts():
        _refuse_hidden(entry)
    return entry


def _may_see_drafts() -> bool:
    return SCOPE in g.staff["scopes"] if "staff" in g else auth.has(SCOPE)


def _refuse_unknown(conn: Connection, kind: str, slug: str) -> NoReturn:
    if present_entry := queries.select_present_slug(conn, kind, slug):
        raise Moved(present_entry)
    raise NotFound(f"There is no such {kind}.")


def _refuse_hidden(entry: Entry) -> NoReturn:
    if entry.withdrawn_at and entry.was_public:
        raise Gone(f"This {entry.kind} was withdrawn.")
    raise NotFound(f"There is no such {entry.kind}.")
