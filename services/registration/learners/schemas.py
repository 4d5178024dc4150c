"""What crosses the door of learners."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.registration.seats.registration_states import RegistrationStatus
from shared.http.schema_fields import email_field
from shared.state_machines import values


class SignInSchema(ma.Schema):
    """A wish to sign in."""

    email = email_field()


class AskedSchema(ma.Schema):
    detail = ma.fields.String()


class LinkSchema(ma.Schema):
    """The token of a link to sign in."""

    token = ma.fields.String(required=True, validate=Length(1, 500))


class PersonSchema(ma.Schema):
    name = ma.fields.String()
    email = ma.fields.String()


class OwnRegistrationSchema(ma.Schema):
    session = ma.fields.String()
    status = ma.fields.String(validate=OneOf(values(RegistrationStatus)))
    position = ma.fields.Integer(allow_none=True)
    offered_until = ma.fields.AwareDateTime(allow_none=True)
    registered_at = ma.fields.AwareDateTime()
    url = ma.fields.String(metadata={"description": "Where it is seen, corrected and cancelled"})


class OwnViewSchema(ma.Schema):
    session = ma.fields.String()
    watched_seconds = ma.fields.Integer()
    duration_seconds = ma.fields.Integer(allow_none=True)
    viewed = ma.fields.Boolean()


class SeenSchema(ma.Schema):
    session = ma.fields.String()
    title = ma.fields.String()
    seen = ma.fields.String(allow_none=True, validate=OneOf(["live", "recorded"]))


class OwnProgressSchema(ma.Schema):
    series = ma.fields.String()
    title = ma.fields.String()
    completed_at = ma.fields.AwareDateTime(allow_none=True)
    sessions = ma.fields.List(ma.fields.Nested(SeenSchema))


class OwnInvitationSchema(ma.Schema):
    session = ma.fields.String()
    status = ma.fields.String()
    expires_at = ma.fields.AwareDateTime(allow_none=True)
    url = ma.fields.String(metadata={"description": "Where it is accepted or declined"})


class OwnCertificateSchema(ma.Schema):
    id = ma.fields.UUID()
    kind = ma.fields.String(validate=OneOf(["attendance", "completion"]))
    title = ma.fields.String()
    contact_hours = ma.fields.Float(allow_none=True)
    issued_at = ma.fields.AwareDateTime()
    revoked = ma.fields.Boolean()


class LearnerSchema(ma.Schema):
    """All that somebody takes part in."""

    person = ma.fields.Nested(PersonSchema)
    registrations = ma.fields.List(ma.fields.Nested(OwnRegistrationSchema))
    views = ma.fields.List(ma.fields.Nested(OwnViewSchema))
    progress = ma.fields.List(ma.fields.Nested(OwnProgressSchema))
    invitations = ma.fields.List(ma.fields.Nested(OwnInvitationSchema))
    certificates = ma.fields.List(ma.fields.Nested(OwnCertificateSchema))


class LearnerQuery(ma.Schema):
    token = ma.fields.String(
        load_default=None,
        validate=Length(max=500),
        metadata={"description": "From the mail"},
    )


class SignedInQuery(ma.Schema):
    token = ma.fields.String(
        load_default=None,
        validate=Length(max=500),
        metadata={"description": "Not read any more: who is signed in is let in", "deprecated": True},
    )


class WatchQuery(ma.Schema):
    token = ma.fields.String(
        load_default=None,
        validate=Length(max=500),
        metadata={"description": "From the mail about the recording, also as a bearer token; else the cookie counts"},
    )


class NextQuery(ma.Schema):
    """Where to go once signed in."""

    next = ma.fields.String(load_default="")
