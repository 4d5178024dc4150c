"""What crosses the door of the directory."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.registration.libraries.state_field import State
from services.registration.people.schema_fields import line

TYPES = ["academic", "public", "rural", "school", "special", "other"]
SIZES = ["small", "mid-sized", "large", "urban", "rural"]


class LibrarySchema(ma.Schema):
    """The library that somebody works for."""

    name = line(200, required=True, example="Springfield Public Library")
    type = ma.fields.String(
        required=True,
        validate=OneOf(TYPES),
        metadata={"example": "public"},
    )
    community_size = ma.fields.String(load_default=None, allow_none=True, validate=OneOf(SIZES))
    state = State()
    country = line(60, example="US")
    fscskey = ma.fields.String(
        validate=Length(1, 20),
        metadata={"description": "Of the directory; what is left out is taken from there", "example": "IL0001"},
    )


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
