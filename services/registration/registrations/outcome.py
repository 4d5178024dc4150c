"""What anybody may know of a registration that they asked for."""

from collections.abc import Iterable
from typing import Any

import marshmallow as ma
from flask import Response, jsonify
from marshmallow.validate import OneOf

from services.registration.registrations.domain import Made
from services.registration.registrations.queries import Registration
from shared.events import registration as events


class OutcomeSchema(ma.Schema):
    """What anybody may know of a registration that they asked for: nothing but the outcome."""

    id = ma.fields.UUID()
    session = ma.fields.String(attribute="session_slug", metadata={"example": "world-cafe"})
    status = ma.fields.String(validate=OneOf(["confirmed", "offered", "waitlisted"]), metadata={"example": "confirmed"})
    position = ma.fields.Integer(
        allow_none=True, metadata={"description": "Place on the waiting list, from 1", "example": None}
    )
    advice = ma.fields.String(
        allow_none=True, metadata={"description": "A friendly word, where the series is meant for other libraries"}
    )


class OutcomesSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(OutcomeSchema))


OUTCOME = OutcomeSchema()


def describe(registration: Registration | events.Registration, advice: str | None) -> dict[str, Any]:
    """The body that tells of it."""
    body: Any = OUTCOME.dump(registration)
    return {**body, "advice": advice}


def outcome(made: Made) -> Response:
    """The answer to somebody who registered: 201 where that made a registration, 200 where it stood."""
    return tell(made.registration, new=made.new, advice=made.advice)


def tell(registration: Registration | events.Registration, *, new: bool, advice: str | None) -> Response:
    """As `outcome`, also of a registration that is still to be made."""
    response = jsonify(describe(registration, advice))
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"/registration/v1/registrations/{registration.id}"
    response.headers["Cache-Control"] = "no-store"
    return response


def outcomes(made: Iterable[Made]) -> Response:
    """The answer to somebody who registered more than once: 201 where that made any registration, else 200."""
    all_made = list(made)
    response = jsonify({"items": [describe(one.registration, one.advice) for one in all_made]})
    response.status_code = 201 if any(one.new for one in all_made) else 200
    response.headers["Cache-Control"] = "no-store"
    return response
