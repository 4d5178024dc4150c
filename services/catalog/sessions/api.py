"""`/catalog/v1/sessions/…`: what the public reads of a session, and what staff do to it."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Response
from psycopg import Connection

from services.catalog import reading
from services.catalog.answers import answer, answer_bytes
from services.catalog.auditing import record
from services.catalog.publishing.domain import Outcome
from services.catalog.publishing.queries import select_entry
from services.catalog.recordings import domain as recordings
from services.catalog.sessions import details, domain, schemas
from shared.http import Blueprint
from shared.http.idempotency import idempotent
from shared.runtime import connection, transaction

public = Blueprint("sessions", __name__, url_prefix="/catalog/v1", public=True, description="What one can attend")
staff = Blueprint("session-staff", __name__, url_prefix="/catalog/v1/sessions", description="What staff do to sessions")


@public.get("/sessions/<slug>")
@public.arguments(schemas.DetailQuery, location="query")
@public.response(200, schemas.SessionSchema)
def show_session(query: dict[str, Any], slug: str) -> Response:
    """A session. Its ETag is what a PUT must quote."""
    with connection() as conn:
        entry = reading.find(conn, "session", slug)
        document = reading.present(conn, entry)
    [body] = details.choose([orjson.dumps(document)], fields=query["fields_"], include=query["include"])
    return answer_bytes(body, "application/json", version=entry.changed_in)


@staff.post("/<slug>/schedule")
@staff.staff("catalog:write")
@idempotent
@staff.arguments(schemas.ScheduleSchema)
@staff.response(200, schemas.SessionSchema)
def schedule_session(when: dict[str, Any], slug: str) -> Response:
    """Give a session of uncertain date its exact time."""
    return _act("session.schedule", lambda conn: domain.schedule(conn, slug, **when))


@staff.post("/<slug>/reschedule")
@staff.staff("catalog:write")
@idempotent
@staff.arguments(schemas.RescheduleSchema)
@staff.response(200, schemas.SessionSchema)
def reschedule_session(when: dict[str, Any], slug: str) -> Response:
    """Give a session another time; an uncertain date gets its exact time so, too."""
    return _act("session.reschedule", lambda conn: domain.reschedule(conn, slug, **when))


@staff.post("/<slug>/recording")
@staff.staff("catalog:write")
@idempotent
@staff.arguments(schemas.RecordingInputSchema)
@staff.response(200, schemas.SessionSchema)
def publish_recording(recording: dict[str, Any], slug: str) -> Response:
    """Publish a session's recording, or say anew where and how it can be watched."""
    return _act("session.recording", lambda conn: recordings.publish(conn, slug, **recording))


@staff.delete("/<slug>/recording")
@staff.staff("catalog:write")
@staff.response(204)
def withdraw_recording(slug: str) -> None:
    """Withdraw a session's recording: it cannot be watched any more."""
    with transaction() as conn:
        record(conn, "session.withdraw-recording", recordings.withdraw(conn, slug))


@staff.post("/<slug>/open-registration")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, schemas.SessionSchema)
def open_registration(slug: str) -> Response:
    """Let everybody register for a session that was by invitation."""
    return _act("session.open-registration", lambda conn: domain.open_registration(conn, slug))


@staff.post("/<slug>/close-registration")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, schemas.SessionSchema)
def close_registration(slug: str) -> Response:
    """Let nobody register any more."""
    return _act("session.close-registration", lambda conn: domain.close_registration(conn, slug))


@staff.post("/<slug>/cancel")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, schemas.SessionSchema)
def cancel_session(slug: str) -> Response:
    """Say that a session will not take place."""
    return _act("session.cancel", lambda conn: domain.cancel(conn, slug))


def _act(action: str, act: Callable[[Connection], Outcome]) -> Response:
    with transaction() as conn:
        return _record(conn, action, act(conn))


def _record(conn: Connection, action: str, outcome: Outcome) -> Response:
    record(conn, action, outcome)
    entry = select_entry(conn, "session", outcome.slug)
    assert entry
    return answer(reading.present(conn, entry), version=entry.changed_in)
