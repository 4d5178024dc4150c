"""`/catalog/v1/sessions/…`: what the public reads of a session, and what staff do to it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response
from psycopg import Connection

from services.catalog.answers import answer
from services.catalog.publishing.domain import Outcome
from services.catalog.publishing.queries import lock_catalog
from services.catalog.sessions import domain, queries, schemas
from services.catalog.sessions.documents import present
from services.catalog.sessions.queries import PublicSession
from services.catalog.sessions.schemas import SessionPart
from shared import audit
from shared.errors import Invalid, NotFound
from shared.http import Blueprint, auth, conditional
from shared.http.idempotency import idempotent
from shared.runtime import connection, transaction

public = Blueprint("sessions", __name__, url_prefix="/catalog/v1", public=True, description="What one can attend")
staff = Blueprint("session-staff", __name__, url_prefix="/catalog/v1/sessions", description="What staff do to sessions")


@public.get("/sessions/<slug>")
@public.response(200, schemas.SessionSchema)
def show_session(slug: str) -> Response:
    """A session. Its ETag is what a PUT must quote."""
    with connection() as conn:
        return _show(queries.select_session_document(conn, slug))


@staff.put("/<slug>")
@staff.staff("catalog:write")
@staff.arguments(schemas.SessionReplacementSchema)
@staff.response(200, schemas.SessionSchema)
def replace_session(part: SessionPart, slug: str) -> Response:
    """Make a session what this part of a programme document says."""
    if part.slug not in ("", slug):
        raise Invalid({"slug": ["Is not the one in the address."]})
    with transaction() as conn:
        lock_catalog(conn)
        standing = queries.select_session_document(conn, slug, drafts=True)
        if standing is None:
            raise NotFound("There is no such session.")
        conditional.require_version(standing.changed_in)
        outcome = domain.replace_session(conn, replace(part, slug=slug))
        return _record(conn, "session.replace", outcome)


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
    return _act("session.recording", lambda conn: domain.publish_recording(conn, slug, **recording))


@staff.post("/<slug>/open-registration")
@staff.staff("catalog:write")
@idempotent
@staff.response(200, schemas.SessionSchema)
def open_registration(slug: str) -> Response:
    """Let everybody register for a session that was by invitation."""
    return _act("session.open-registration", lambda conn: domain.open_registration(conn, slug))


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
    audit.record(conn, actor=auth.actor(), action=action, subject=outcome.slug, changes=outcome.difference())
    response = _show(queries.select_session_document(conn, outcome.slug, drafts=True))
    response.headers["Cache-Control"] = "no-store"
    return response


def _show(session: PublicSession | None) -> Response:
    if session is None:
        raise NotFound("There is no such session.")
    return answer(present(session), version=session.changed_in)
