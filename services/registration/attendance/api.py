"""Attendance reports and players' heartbeats over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, request

from services.registration.attendance import attendance_commands, domain, report_application
from services.registration.attendance.queries import Seated
from services.registration.attendance.schemas import (
    AppliedSchema,
    ArrivalSchema,
    AttendanceQuery,
    CheckInSchema,
    HeartbeatSchema,
    JoinQuery,
    MarkSchema,
    PresenceSchema,
    ProgressSchema,
)
from services.registration.attendance_reports.report_reader import read_presences, read_report
from services.registration.attendance_reports.report_rows import Report
from services.registration.catalog_projection import domain as projection
from services.registration.learners.access import learner
from services.registration.learners.schemas import WatchQuery
from services.registration.links import page_urls
from services.registration.tickets import domain as tickets
from shared import strict_json
from shared.http import Blueprint
from shared.http.blueprint import consumes, load_body
from shared.http.guards import guard
from shared.runtime import connection, transaction

staff = Blueprint("attendance", __name__, url_prefix="/registration/v1", description="Attendance, for staff")
bp = Blueprint("views", __name__, url_prefix="/registration/v1", description="Watching", public=True)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string"}},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
        "application/json": {"schema": {"type": "array", "items": PresenceSchema}},
    },
}


@staff.post("/sessions/<slug>/attendance")
@staff.staff("registration:write")
@staff.doc(requestBody=FORMATS)
@consumes("text/csv", XLSX, "application/json")
@staff.arguments(AttendanceQuery, location="query")
@staff.response(200, AppliedSchema)
def apply_attendance(query: dict[str, Any], slug: str) -> report_application.Applied:
    """Record who was there, from a webinar platform's report; the same report again changes nothing."""
    report = _read_report(slug, query["timezone"])
    with transaction() as conn:
        return attendance_commands.apply(conn, slug, report, least_minutes=query["minimum_minutes"])


@staff.post("/sessions/<slug>/check-ins")
@staff.staff("registration:write")
@staff.arguments(CheckInSchema)
@staff.response(200, ArrivalSchema)
def check_in(wanted: dict[str, Any], slug: str) -> dict[str, Any]:
    """Let somebody in at the door, by the code of their registration or by name; where several have that name, the
    answer names them, and nobody is let in yet.
    """
    with transaction() as conn:
        arrival = attendance_commands.check_in(conn, slug, **wanted)
    return {
        "checked_in": arrival.who and _describe(arrival.who),
        "again": arrival.again,
        "candidates": [_describe(one) for one in arrival.candidates],
    }


@staff.put("/registrations/<uuid:id>/attendance")
@staff.staff("registration:write")
@staff.arguments(MarkSchema)
@staff.response(200, MarkSchema)
def mark_attendance(wanted: dict[str, Any], id: UUID) -> dict[str, Any]:
    """Record by hand whether somebody was there; no report overrides it."""
    with transaction() as conn:
        attendance_commands.mark(conn, id, **wanted)
    return wanted


@bp.get("/join")
@bp.arguments(JoinQuery, location="query")
@bp.response(302, description="To the page with the button that leads into the session")
def join_session(query: dict[str, Any]) -> Response:
    """Lead who has the link from a mail to the page by which they enter an online session. It records nothing: programs
    open the links in mails as well.
    """
    with connection() as conn:
        domain.look_in(conn, tickets.read_join(conn, query["token"]))
    return Response(status=302, headers={"Location": page_urls.joining(query["token"]), "Cache-Control": "no-store"})


@bp.post("/sessions/<slug>/views")
@guard(lambda slug: _watcher(slug, request.args.get("token")))
@bp.arguments(WatchQuery, location="query")
@bp.arguments(HeartbeatSchema)
@bp.response(200, ProgressSchema)
def take_heartbeat(query: dict[str, Any], heartbeat: dict[str, Any], slug: str) -> dict[str, Any]:
    """Say where the player of a session's recording is, at least every 30 seconds; 80 % of it, each second counted
    once, is a view. For who has the link from the mail about it, or is signed in.
    """
    person_id = _watcher(slug, query["token"])
    with transaction() as conn:
        watched, duration, viewed = domain.watch(conn, slug, person_id, position=heartbeat["position_seconds"])
    return {"watched_seconds": watched, "duration_seconds": duration, "viewed": viewed}


def _watcher(slug: str, token: str | None) -> UUID:
    """Who watches: by a link to this recording, or signed in. Raises Unauthorized or LinkEnded."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = token or (bearer if scheme.lower() == "bearer" else "")
    if given:
        with connection() as conn:
            session = projection.find_session(conn, slug)
            if found := tickets.read_watch(conn, given, session_id=session.id):
                return found
    return learner()


def _read_report(slug: str, timezone: str | None) -> Report:
    if request.mimetype == "application/json":
        rows = strict_json.parse(request.get_data())
        return read_presences(load_body(PresenceSchema(many=True), rows))
    with connection() as conn:
        window = report_application.find_window(conn, slug)
    return read_report(request.get_data(), window, timezone=timezone)


def _describe(seated: Seated) -> dict[str, Any]:
    return {"code": seated.code, "name": seated.name, "library": seated.library}
