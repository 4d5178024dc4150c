"""What crosses the door of registrations."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from shared.http.fields import Line
from shared.http.pagination import PageQuery


def no_encoded_words(text: str) -> None:
    """Names travel into mail headers, where `=?` begins an encoded word (RFC 2047). Raises ValidationError."""
    if "=?" in text:
        raise ma.ValidationError("Must not hold =?.")


def line(most: int, *, required: bool = False, example: str) -> Line:
    """A line of text, trimmed."""
    return Line(
        most,
        least=1 if required else 0,
        required=required,
        load_default=ma.missing if required else None,
        allow_none=not required,
        validate=[no_encoded_words],
        metadata={"example": example},
    )


class LibrarySchema(ma.Schema):
    """The library that somebody works for."""

    name = line(200, required=True, example="Springfield Public Library")
    type = ma.fields.String(
        required=True,
        validate=OneOf(["academic", "public", "rural", "school", "special", "other"]),
        metadata={"example": "public"},
    )
    community_size = ma.fields.String(
        load_default=None, allow_none=True, validate=OneOf(["small", "mid-sized", "large", "urban", "rural"])
    )
    state = line(60, example="IL")
    country = line(60, example="US")


class RegistrationRequestSchema(ma.Schema):
    """Somebody's wish to take part."""

    session = ma.fields.String(required=True, validate=Length(1, 200), metadata={"example": "world-cafe"})
    email = ma.fields.String(required=True, validate=Length(3, 320), metadata={"example": "ada@library.example"})
    name = line(200, required=True, example="Ada Lovelace")
    job_title = line(200, example="Adult services librarian")
    library = ma.fields.Nested(LibrarySchema, required=True)
    invitation = ma.fields.String(
        load_default=None, validate=Length(1, 500), metadata={"description": "The code from an invitation"}
    )


class RegistrationSchema(ma.Schema):
    """A registration as its owner and staff see it."""

    id = ma.fields.UUID()
    session = ma.fields.String(attribute="session_slug", metadata={"example": "world-cafe"})
    status = ma.fields.String(validate=OneOf(["confirmed", "waitlisted", "cancelled"]))
    position = ma.fields.Integer(
        allow_none=True, metadata={"description": "Place on the waiting list, from 1", "example": None}
    )
    email = ma.fields.String()
    name = ma.fields.String()
    job_title = ma.fields.String(allow_none=True)
    library = ma.fields.Nested(LibrarySchema)
    registered_at = ma.fields.AwareDateTime()


class TokenQuery(ma.Schema):
    token = ma.fields.String(
        load_default=None, validate=Length(max=500), metadata={"description": "From the link in the mail"}
    )


class RosterQuery(PageQuery):
    status = ma.fields.String(load_default=None, validate=OneOf(["confirmed", "waitlisted", "cancelled"]))


class RosterSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(RegistrationSchema))
    next = ma.fields.String(allow_none=True)
