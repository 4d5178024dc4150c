"""What anybody may know of a registration that they asked for."""

from typing import Any

import marshmallow as ma
import orjson
from flask import Response
from marshmallow.validate import OneOf

from services.registration.registrations.domain import Made
from services.registration.seats.queries import Registration
from shared.events import registration as events
from shared.http.responses import JSONResponse


class OutcomeSchema(ma.Schema):
    """What anybody may know of a registration that they asked for: nothing but the outcome. Of one that stood already
    `session` and `advice` alone, unless it is told to its owner or to staff.
    """

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


def describe(registration: Registration | events.Registration, advice: str | None) -> dict[str, Any]:
    """The body that tells of it, as `OutcomeSchema` has it."""
    return {
        "id": registration.id,
        "session": registration.session_slug,
        "status": registration.status,
        "position": registration.position,
        "advice": advice,
    }


def describe_known(registration: Registration) -> dict[str, Any]:
    """The body that tells of one that stood already: the mail tells its owner the rest."""
    return {"session": registration.session_slug, "advice": None}


def outcome(made: Made, *, proved: bool) -> Response:
    """The answer to somebody who registered: 201 where that made a registration, 200 where it stood; of that they are
    told more only where they `proved` that it is theirs.
    """
    if made.new or proved:
        return tell(made.registration, new=made.new, advice=made.advice)
    return _tell(describe_known(made.registration), new=False)


def tell(registration: Registration | events.Registration, *, new: bool, advice: str | None) -> Response:
    """As `outcome`, also of a registration that is still to be made."""
    address = f"/registration/v1/registrations/{registration.id}"
    return _tell(describe(registration, advice), new=new, Location=address)


def outcomes(made: list[Made], *, told: list[bool]) -> Response:
    """The answer to somebody who registered more than once: 201 where that made any registration, else 200. Which one
    it is, and how it stands, is said of those that are `told`.
    """
    items = [
        describe(one.registration, one.advice) if tell else describe_known(one.registration)
        for one, tell in zip(made, told, strict=True)
    ]
    return _tell({"items": items}, new=any(one.new for one in made))


def _tell(document: dict[str, Any], *, new: bool, **headers: str) -> Response:
    headers["Cache-Control"] = "no-store"
    return JSONResponse(orjson.dumps(document), 201 if new else 200, headers, content_type="application/json")
