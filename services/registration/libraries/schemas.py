"""What crosses the door of the directory."""

import marshmallow as ma
from marshmallow.validate import Length, Range

from services.registration.registrations.fields import State


class LibrariesQuery(ma.Schema):
    q = ma.fields.String(
        required=True, validate=Length(2, 100), metadata={"description": "What was typed", "example": "spring pub"}
    )
    state = State()
    limit = ma.fields.Integer(load_default=10, validate=Range(1, 50))


class FoundLibrarySchema(ma.Schema):
    """A library of the directory; `fscskey` is what a registration names it by."""

    fscskey = ma.fields.String(metadata={"example": "IL0001"})
    name = ma.fields.String()
    city = ma.fields.String(allow_none=True)
    state = ma.fields.String(allow_none=True)
    community_size = ma.fields.String(allow_none=True)


class LibrariesSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(FoundLibrarySchema))
