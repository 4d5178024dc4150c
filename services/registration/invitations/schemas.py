"""What crosses the door of invitations."""

import marshmallow as ma
from marshmallow.validate import OneOf

from services.registration.libraries.schemas import LibrarySchema
from services.registration.people.schema_fields import accommodations, answers, line
from shared.http.pagination import PageQuery
from shared.http.schema_fields import email_field

STATUSES = ["issued", "accepted", "declined", "expired", "revoked"]


class InvitationSchema(ma.Schema):
    """An invitation as the one who has its code sees it."""

    session = ma.fields.String(attribute="session_slug", metadata={"example": "workshop-chicago"})
    series = ma.fields.String(attribute="series_slug", allow_none=True, metadata={"example": "large-urban-public"})
    name = ma.fields.String()
    status = ma.fields.String(validate=OneOf(STATUSES))
    expires_at = ma.fields.AwareDateTime(allow_none=True)


class AcceptanceSchema(ma.Schema):
    """What somebody who accepts an invitation may say besides."""

    library = ma.fields.Nested(LibrarySchema)
    accommodations = accommodations()
    answers = answers()


class GuestSchema(ma.Schema):
    """Somebody who is invited."""

    email = email_field()
    name = line(200, required=True, example="Ada Lovelace")


class IssueSchema(GuestSchema):
    """Somebody whom staff invite."""

    expires_at = ma.fields.AwareDateTime(
        load_default=None, allow_none=True, metadata={"description": "Else as the session's rules say"}
    )


class IssuedSchema(InvitationSchema):
    """An invitation as staff see it."""

    id = ma.fields.UUID()
    email = ma.fields.String()
    issued_by = ma.fields.String(validate=OneOf(["series", "staff", "transfer"]))
    issued_at = ma.fields.AwareDateTime()


class InvitationsQuery(PageQuery):
    status = ma.fields.String(load_default=None, validate=OneOf(STATUSES))


class InvitationsSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(IssuedSchema))
    next = ma.fields.String(allow_none=True)
