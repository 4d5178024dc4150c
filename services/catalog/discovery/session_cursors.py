"""Cursors of lists of sessions: a place in one sort order."""

from datetime import datetime
from uuid import UUID

from services.catalog.discovery.session_index import Key
from shared.errors import Invalid
from shared.http.pagination import decode_cursor, encode_cursor


def encode(sort: str, key: Key) -> str:
    """Return the cursor of a place in this order."""
    value, id = key
    return encode_cursor(sort, value.isoformat() if isinstance(value, datetime) else value, id)


def decode(sort: str, cursor: str | None) -> Key | None:
    """Return the place; None for the first page. Raises Invalid, also for a cursor of another order."""
    found = decode_cursor(cursor, str, str if sort == "title" else datetime, UUID)
    if found is None:
        return None
    of, value, id = found
    if of != sort:
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    return value, id.hex
