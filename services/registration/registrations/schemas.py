"""What crosses the door of registrations."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.registration.libraries.schemas import LibrarySchema
from services.registration.people.schema_fields import accommodations, answers, free_text, line, timezone
from services.registration.seats.registration_states import RegistrationStatus
from shared.http.schema_fields import NameField, email_field
from shared.state_machines import values


class ColleagueSchema(ma.Schema):
    """What each person of a group says of themselves."""

    email = email_field()
    name = line(200, required=True, example="Ada Lovelace")
    job_title = line(200, example="Adult services librarian")
    accommodations = accommodations()
    answers = answers()
    timezone = timezone(load_default=None)


class ApplicantSchema(ColleagueSchema):
    """What somebody who registers says of themselves."""

    library = ma.fields.Nested(LibrarySchema, required=True)


class SeriesRequestSchema(ApplicantSchema):
    """Somebody's wish to take part in all of a series."""

    newsletter = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Whether to be sent the newsletter as well; a mail asks to confirm that"},
    )


class RegistrationRequestSchema(SeriesRequestSchema):
    """Somebody's wish to take part."""

    session = ma.fields.String(required=True, validate=Length(1, 200), metadata={"example": "world-cafe"})
    invitation = ma.fields.String(
        load_default=None, validate=Length(1, 500), metadata={"description": "The code from an invitation"}
    )


class RegistrarSchema(ma.Schema):
    """Who registers their colleagues."""

    email = email_field()
    name = line(200, required=True, example="Grace Hopper")


class GroupRequestSchema(ma.Schema):
    """One person's wish that their colleagues take part."""

    session = ma.fields.String(required=True, validate=Length(1, 200), metadata={"example": "world-cafe"})
    registrar = ma.fields.Nested(RegistrarSchema, required=True)
    library = ma.fields.Nested(LibrarySchema, required=True)
    people = ma.fields.List(ma.fields.Nested(ColleagueSchema), required=True, validate=Length(1, 50))


class CorrectionSchema(ma.Schema):
    """What is to be different; what is left out stays."""

    name = NameField(200, least=1)
    job_title = NameField(200, allow_none=True)
    library = ma.fields.Nested(LibrarySchema)
    accommodations = free_text("Dietary needs, access; read by staff alone")
    answers = ma.fields.Dict(keys=ma.fields.String(), validate=Length(max=60))
    email = ma.fields.String(validate=Length(3, 320), metadata={"description": "Staff alone"})
    note = free_text("Staff alone")
    timezone = timezone()


class RegistrationSchema(ma.Schema):
    """A registration as its owner and staff see it."""

    id = ma.fields.UUID()
    session = ma.fields.String(attribute="session_slug", metadata={"example": "world-cafe"})
    status = ma.fields.String(validate=OneOf(values(RegistrationStatus)))
    position = ma.fields.Integer(
        allow_none=True, metadata={"description": "Place on the waiting list, from 1", "example": None}
    )
    email = ma.fields.String()
    name = ma.fields.String()
    job_title = ma.fields.String(allow_none=True)
    library = ma.fields.Nested(LibrarySchema)
    accommodations = ma.fields.String(allow_none=True)
    answers = ma.fields.Dict(keys=ma.fields.String())
    registered_by = ma.fields.String(
        allow_none=True, metadata={"description": "Name of the colleague who registered them"}
    )
    timezone = ma.fields.String(allow_none=True, metadata={"example": "America/New_York"})
    registered_at = ma.fields.AwareDateTime()
    offered_until = ma.fields.AwareDateTime(
        allow_none=True, metadata={"description": "When an offered seat passes on, unless it is accepted"}
    )
    code = ma.fields.String(metadata={"description": "To be said at the door", "example": "9E3AC7RM"})


class TokenQuery(ma.Schema):
    token = ma.fields.String(
        load_default=None, validate=Length(max=500), metadata={"description": "From the link in the mail"}
    )
