"""Cursors of lists that are sorted by a moment."""

from datetime import datetime
from uuid import UUID

from shared.http.pagination import decode_cursor, encode_cursor


def encode_moment(moment: datetime, id: UUID) -> str:
    """The place of a row in such a list."""
    return encode_cursor(moment.isoformat(), str(id))


def decode_moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The place in a cursor; None for the first page. Raises Invalid."""
    key = decode_cursor(cursor, datetime, UUID)
    return key and (key[0], key[1])
