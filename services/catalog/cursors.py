"""Cursors of lists that are sorted by a moment."""

from datetime import datetime
from uuid import UUID

from shared.errors import Invalid
from shared.http.pagination import decode_cursor, encode_cursor


def encode_moment(moment: datetime, id: UUID) -> str:
    """The place of a row in such a list."""
    return encode_cursor(moment.isoformat(), str(id))


def decode_moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The place in a cursor; None for the first page. Raises Invalid."""
    if (key := decode_cursor(cursor, str, str)) is None:
        return None
    try:
        moment, id = datetime.fromisoformat(key[0]), UUID(key[1])
    except ValueError:
        moment = id = None
    if moment is None or id is None or moment.tzinfo is None:
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    return moment, id
