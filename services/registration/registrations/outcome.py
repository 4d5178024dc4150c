"""What anybody may know of a registration that they asked for."""

import marshmallow as ma
from flask import Response, jsonify
from marshmallow.validate import OneOf

from services.registration.registrations.queries import Registration


class OutcomeSchema(ma.Schema):
    """What anybody may know of a registration that they asked for: nothing but the outcome."""

    id = ma.fields.UUID()
    session = ma.fields.String(attribute="session_slug", metadata={"example": "world-cafe"})
    status = ma.fields.String(validate=OneOf(["confirmed", "waitlisted"]), metadata={"example": "confirmed"})
    position = ma.fields.Integer(
        allow_none=True, metadata={"description": "Place on the waiting list, from 1", "example": None}
    )


def outcome(registration: Registration, *, new: bool) -> Response:
    """The answer to somebody who registered: 201 where that made a registration, 200 where it stood."""
    response = jsonify(OutcomeSchema().dump(registration))
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"/registration/v1/registrations/{registration.id}"
    response.headers["Cache-Control"] = "no-store"
    return response
