"""A session as readers see it now: its stored document with URLs, registration state and seats left."""

from typing import Any

import orjson
from psycopg import Connection

from services.catalog.availability import queries
from services.catalog.availability.queries import PublicSession
from services.catalog.entries import urls
from services.catalog.entries.queries import Document, Entry
from shared import runtime


def present_entry(conn: Connection, entry: Entry) -> Document:
    """Return the public document of a session as it is now."""
    session = queries.select_session_document(conn, entry.slug)
    assert session
    return present_session(session)


def present_session(session: PublicSession) -> Document:
    """Return a session as the public reads it now."""
    window = session.window
    now = runtime.current().clock.now()
    return present_state(orjson.loads(session.document), state=window.state(now), seats_left=window.seats_left)


def present_state(document: Document, *, state: Any, seats_left: Any) -> Document:
    """Add URLs and the values that depend on the current time to a session's document."""
    document["registration"] |= {"state": state, "seats_left": seats_left, "url": urls.registration_url()}
    document["links"] = urls.links_of("session", document["slug"], scheduled="starts_at" in document["when"])
    return document
