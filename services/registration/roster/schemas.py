"""What crosses the door of rosters."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.registration.libraries.schemas import SIZES, TYPES
from services.registration.libraries.state_field import State
from services.registration.people.schema_fields import free_text
from services.registration.registrations.schemas import ApplicantSchema, RegistrationSchema
from services.registration.seats.registration_states import RegistrationStatus
from shared.http.pagination import PageQuery
from shared.state_machines import values


class RosterQuery(PageQuery):
    """Filters; a table (CSV, XLSX) has all that they leave, whatever `limit`."""

    status = ma.fields.String(load_default=None, validate=OneOf(values(RegistrationStatus)))
    library_type = ma.fields.String(load_default=None, validate=OneOf(TYPES))
    community_size = ma.fields.String(load_default=None, validate=OneOf(SIZES))
    state = State()
    attended = ma.fields.Boolean(load_default=None)
    accommodations = ma.fields.Boolean(load_default=None, metadata={"description": "Whether any were asked for"})
    q = ma.fields.String(
        load_default=None, validate=Length(1, 200), metadata={"description": "A part of a name or an address"}
    )


class SessionsQuery(PageQuery):
    """Which sessions staff look through: those to come, or those that are over."""

    q = ma.fields.String(load_default=None, validate=Length(1, 200))
    past = ma.fields.Boolean(load_default=False)


class EntrySchema(RegistrationSchema):
    """A registration as staff see it."""

    note = ma.fields.String(allow_none=True)
    attended = ma.fields.Boolean(allow_none=True)
    minutes = ma.fields.Integer(allow_none=True)
    watched = ma.fields.Boolean(metadata={"description": "Saw the recording"})
    opened_at = ma.fields.AwareDateTime(
        allow_none=True,
        metadata={"description": "When they first opened the way into an online session; no proof that they came"},
    )


class RosterSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(EntrySchema))
    next = ma.fields.String(allow_none=True)


class ByHandSchema(ApplicantSchema):
    """Somebody whom staff register."""

    over_capacity = ma.fields.Boolean(
        load_default=False, metadata={"description": "Give a seat also where none is free, or others wait"}
    )
    note = free_text("Read by staff alone", load_default=None)


class SeatSchema(ma.Schema):
    """A seat for somebody who waits."""

    over_capacity = ma.fields.Boolean(load_default=False, metadata={"description": "Also where no seat is free"})


class MoveSchema(ma.Schema):
    """Where somebody is moved to."""

    session = ma.fields.String(required=True, validate=Length(1, 200), metadata={"example": "world-cafe"})
    over_capacity = ma.fields.Boolean(load_default=False)
