"""Attendance reports and players' heartbeats over HTTP."""

from typing import Any
from uuid import UUID

import marshmallow
import orjson
from flask import abort, request

from services.registration.attendance import domain, reports
from services.registration.attendance.reports import Report
from services.registration.attendance.schemas import (
    AppliedSchema,
    AttendanceQuery,
    HeartbeatSchema,
    LearnerQuery,
    PresenceSchema,
    ProgressSchema,
)
from shared import audit, links, runtime
from shared.errors import Invalid, Unauthorized
from shared.http import Blueprint, auth
from shared.http.blueprint import consumes
from shared.runtime import transaction

staff = Blueprint("attendance", __name__, url_prefix="/registration/v1/sessions", description="Attendance, for staff")
bp = Blueprint("views", __name__, url_prefix="/registration/v1/sessions", description="Watching", public=True)

FORMATS = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}},
        "application/json": {"schema": {"type": "array", "items": PresenceSchema}},
    },
}


@staff.post("/<slug>/attendance")
@staff.staff("registration:write")
@staff.doc(requestBody=FORMATS)
@consumes("text/csv", "application/json")
@staff.arguments(AttendanceQuery, location="query")
@staff.response(200, AppliedSchema)
def apply_attendance(query: dict[str, Any], slug: str) -> domain.Applied:
    """Record who was there, from a webinar platform's report; the same report again changes nothing."""
    report = _read_report()
    with transaction() as conn:
        applied = domain.apply_report(conn, slug, report, least_minutes=query["minimum_minutes"])
        changes = {"matched": applied.matched, "changed": applied.changed}
        audit.record(conn, actor=auth.actor(), action="attendance.apply", subject=slug, changes=changes)
    return applied


@bp.post("/<slug>/views")
@bp.arguments(LearnerQuery, location="query")
@bp.arguments(HeartbeatSchema)
@bp.response(200, ProgressSchema)
def take_heartbeat(query: dict[str, Any], heartbeat: dict[str, Any], slug: str) -> dict[str, Any]:
    """Say where the player of a session's recording is, at least every 30 seconds; 80 % of it, each second counted
    once, is a view.
    """
    person_id = _learner(query["token"])
    with transaction() as conn:
        watched, duration, viewed = domain.watch(conn, slug, person_id, position=heartbeat["position_seconds"])
    return {"watched_seconds": watched, "duration_seconds": duration, "viewed": viewed}


def _read_report() -> Report:
    if request.mimetype == "text/csv":
        return reports.read_csv(request.get_data())
    try:
        rows: Any = PresenceSchema(many=True).load(orjson.loads(request.get_data()))
    except orjson.JSONDecodeError:
        abort(400, description="The body is no JSON.")
    except marshmallow.ValidationError as error:
        raise Invalid(error.normalized_messages()) from None
    return reports.read_json(rows)


def _learner(token: str | None) -> UUID:
    """The person whom a learner's token names, from the link in a mail. Raises Unauthorized."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = token or (bearer if scheme.lower() == "bearer" else "")
    person = links.verify(runtime.settings(), "learner", given)
    if person is None:
        raise Unauthorized("The link from a mail is needed.")
    return UUID(person)
