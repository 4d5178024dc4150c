"""`/catalog/v1/sessions` and `recordings`: what the public reads, and what staff do to sessions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response
from psycopg import Connection

from services.catalog.answers import answer
from services.catalog.cursors import decode_moment, encode_moment
from services.catalog.publishing.domain import Outcome
from services.catalog.publishing.queries import lock_catalog
from services.catalog.sessions import domain, queries, schemas
from services.catalog.sessions.documents import present
from services.catalog.sessions.queries import Filters, PublicSession
from services.catalog.sessions.schemas import SessionPart
from shared import audit
from shared.errors import Invalid, NotFound
from shared.http import Blueprint, auth, conditional
from shared.http.idempotency import idempotent
from shared.http.pagination import PageQuery, page
from shared.runtime import connection, transaction

public = Blueprint("sessions", __name__, url_prefix="/catalog/v1", public=True, description="What one can attend")
staff = Blueprint("session-staff", __name__, url_prefix="/catalog/v1/sessions", description="What staff do to sessions")


@public.get("/sessions")
@public.arguments(schemas.SessionQuery, location="query")
@public.response(200, schemas.SessionListSchema)
def list_sessions(query: dict[str, Any]) -> Response:
    """Sessions, those that may start first first.

    Several values of one filter widen the list, several filters narrow it. A session without an exact time is found
    by the interval in which it may start.
    """
    limit, after = query.pop("limit"), decode_moment(query.pop("cursor"))
    select = queries.select_next_sessions if query.pop("sort") == "starts" else queries.select_previous_sessions
    with connection() as conn:
        return _page(select(conn, Filters(**query), after=after, limit=limit + 1), limit)


@public.get("/recordings")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.SessionListSchema)
def list_recordings(query: dict[str, Any]) -> Response:
    """Sessions that have a published recording, the newest first."""
    limit, after = query["limit"], decode_moment(query["cursor"])
    with connection() as conn:
        return _page(queries.select_recorded_sessions(conn, after=after, limit=limit + 1), limit)


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


def _page(found: list[PublicSession], limit: int) -> Response:
    shown = found[:limit]
    more = encode_moment(shown[-1].sort_key, shown[-1].id) if len(found) > limit else None
    body, headers = page([present(session) for session in shown], more)
    return answer(body, headers=headers)
