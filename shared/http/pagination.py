"""Lists in pages by keyset cursors: stable while rows are added, and never an OFFSET."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import marshmallow as ma
import orjson
from flask import request
from marshmallow.validate import Length, Range
from werkzeug.datastructures import MultiDict

from shared.errors import Invalid

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


class PageQuery(ma.Schema):
    """The query parameters of every list."""

    limit = ma.fields.Integer(
        load_default=DEFAULT_LIMIT, validate=Range(1, MAX_LIMIT), metadata={"description": "How many items at most"}
    )
    cursor = ma.fields.String(
        load_default=None, validate=Length(max=500), metadata={"description": "`next` of the page before"}
    )


def encode_cursor(*key: Any) -> str:
    """An opaque cursor for the sort key of a page's last row."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: Any) -> tuple[Any, ...] | None:
    """The sort key in a cursor, whose members are of `kinds`: int (of 64 bits), str, UUID, datetime (with its offset)
    or `datetime | None`. None for the first page. Raises Invalid, also for what no such column can be compared with.
    """
    if cursor is None:
        return None
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(key, list):
            return tuple(READERS[kind](value) for kind, value in zip(kinds, key, strict=True))
    except (binascii.Error, ValueError):
        pass
    raise Invalid({"cursor": ["Not a cursor of this list."]})


def _integer(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


def _moment(value: Any) -> datetime:
    # PostgreSQL's own timestamps begin before these years and end after them, and no session is in either.
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError
    return moment


READERS: dict[Any, Callable[[Any], Any]] = {
    int: _integer,
    str: _text,
    UUID: lambda value: UUID(_text(value)),
    datetime: _moment,
    datetime | None: lambda value: None if value is None else _moment(value),
}


def page(items: Any, cursor: str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """The body of a list (of dumped items) and its headers; `cursor` is that of the next page, None on the last."""
    return {"items": items, "next": cursor}, link_next(cursor)


def link_next(cursor: str | None) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288 `Link`)."""
    if cursor is None:
        return {}
    return {"Link": next_page(request.path, request.args, cursor)}


def next_page(path: str, asked: MultiDict[str, str], cursor: str) -> str:
    """The value of that header, for the parameters that were asked with."""
    query = urlencode([*[pair for pair in asked.items(multi=True) if pair[0] != "cursor"], ("cursor", cursor)])
    return f'<{path}?{query}>; rel="next"'
