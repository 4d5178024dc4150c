"""`/catalog/v1/sessions/…`: scheduling actions of staff."""

from collections.abc import Callable
from typing import Any

from flask import Response
from psycopg import Connection

from services.catalog.kinds.outcome_responses import record_and_answer
from services.catalog.publishing.domain import Outcome
from services.catalog.scheduling import domain, schemas
from services.catalog.sessions import schemas as sessions
from shared.http import Blueprint
from shared.http.idempotency import idempotent
from shared.runtime import transaction

staff = Blueprint("session-staff", __name__, url_prefix="/catalog/v1/sessions", description="What staff do to sessions")


@staff.post("/<slug>/schedule")
@staff.staff("catalog:write")
@idempotent
@staff.arguments(schemas.ScheduleSchema)
@staff.response(200, sessions.SessionSchema)
def schedule_session(when: dict[str, Any], slug: str) -> Response:
    """Set the exact time of a session with an uncertain date."""
    return _act("session.schedule", lambda conn: domain.schedule(conn, slug, **when))


@staff.post("/<slug>/reschedule")
@staff.staff("catalog:write")
@idempotent
@staff.arguments(schemas.RescheduleSchema)
@staff.response(200, sessions.SessionSchema)
def reschedule_session(when: dict[str, Any], slug: str) -> Response:
    """Change the time of a session; an uncertain date may become exact."""
    return _act("session.reschedule", lambda conn: domain.reschedule(conn, slug, **when))


@staff.post("/<slug>/open-registration")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, sessions.SessionSchema)
def open_registration(slug: str) -> Response:
    """Open registration to everybody, for a session that was by invitation."""
    return _act("session.open-registration", lambda conn: domain.open_registration(conn, slug))


@staff.post("/<slug>/close-registration")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, sessions.SessionSchema)
def close_registration(slug: str) -> Response:
    """Close registration."""
    return _act("session.close-registration", lambda conn: domain.close_registration(conn, slug))


@staff.post("/<slug>/cancel")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, sessions.SessionSchema)
def cancel_session(slug: str) -> Response:
    """Cancel a session."""
    return _act("session.cancel", lambda conn: domain.cancel(conn, slug))


def _act(action: str, act: Callable[[Connection], Outcome]) -> Response:
    with transaction() as conn:
        return record_and_answer(conn, action, act(conn))
