"""What is read by its slug: the public sees what is public, staff also see drafts."""

from typing import NoReturn

from flask import Response, g
from psycopg import Connection

from services.catalog import addresses
from services.catalog.announcements import documents as announcements
from services.catalog.answers import answer
from services.catalog.publishing import queries
from services.catalog.publishing.domain import Document
from services.catalog.publishing.queries import Entry
from services.catalog.sessions import documents as sessions
from services.catalog.sessions.queries import select_session_document
from shared.errors import Gone, Moved, NotFound
from shared.http import auth
from shared.runtime import connection

SCOPE = "catalog:write"


def find(conn: Connection, kind: str, slug: str) -> Entry:
    """What has this slug: public, or in any state for a request with a staff token, and on pages of staff. Raises
    NotFound, Gone for what was withdrawn, and Moved where the slug was changed.
    """
    entry = queries.select_entry(conn, kind, slug)
    if entry is None:
        _refuse_unknown(conn, kind, slug)
    if entry.published_at is None and not _may_see_drafts():
        _refuse_hidden(entry)
    return entry


def present(conn: Connection, entry: Entry) -> Document:
    """The document of an entry as it is read at this moment, with its addresses."""
    if entry.kind == "session":
        session = select_session_document(conn, entry.slug)
        assert session
        return sessions.present(session)
    if entry.kind == "announcement":
        return announcements.present(entry.document)
    return {**entry.document, "links": addresses.links_of(entry.kind, entry.slug)}


def show(kind: str, slug: str) -> Response:
    """The answer to who reads a thing by its slug. Raises what `find` raises."""
    with connection() as conn:
        entry = find(conn, kind, slug)
        return answer(present(conn, entry), version=entry.changed_in)


def _may_see_drafts() -> bool:
    return SCOPE in g.staff["scopes"] if "staff" in g else auth.has(SCOPE)


def _refuse_unknown(conn: Connection, kind: str, slug: str) -> NoReturn:
    if present := queries.select_present_slug(conn, kind, slug):
        raise Moved(present)
    raise NotFound(f"There is no such {kind}.")


def _refuse_hidden(entry: Entry) -> NoReturn:
    if entry.withdrawn_at and entry.was_public:
        raise Gone(f"This {entry.kind} was withdrawn.")
    raise NotFound(f"There is no such {entry.kind}.")
