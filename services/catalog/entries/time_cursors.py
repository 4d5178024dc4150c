"""Cursors of lists that are sorted by time."""

from datetime import datetime
from uuid import UUID

from shared.http.pagination import decode_cursor, encode_cursor


def encode_moment(moment: datetime, id: UUID) -> str:
    """Return the cursor of a row in such a list."""
    return encode_cursor(moment.isoformat(), str(id))


def decode_moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Return the place in a cursor; None for the first page. Raises Invalid."""
    key = decode_cursor(cursor, datetime, UUID)
    return key and (key[0], key[1])
