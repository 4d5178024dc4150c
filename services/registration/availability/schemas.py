"""What crosses the door of availability."""

import marshmallow as ma
from marshmallow.validate import OneOf


class AvailabilitySchema(ma.Schema):
    """How full a session is."""

    capacity = ma.fields.Integer(
        allow_none=True, metadata={"description": "None where it is not limited", "example": 120}
    )
    confirmed = ma.fields.Integer(
        metadata={"description": "Seats taken, those included that are offered to somebody", "example": 97}
    )
    waitlisted = ma.fields.Integer(metadata={"example": 0})
    seats_left = ma.fields.Integer(allow_none=True, metadata={"example": 23})
    state = ma.fields.String(validate=OneOf(["not_open", "open", "full", "closed"]), metadata={"example": "open"})
