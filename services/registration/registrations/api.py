"""Registering, and what follows from it, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from services.registration.answers import answer
from services.registration.completion import domain as completion
from services.registration.people.domain import fold_email
from services.registration.programme import domain as programme
from services.registration.registrations import domain, queries
from services.registration.registrations.outcome import OutcomeSchema, outcome
from services.registration.registrations.queries import Applicant
from services.registration.registrations.schemas import (
    RegistrationRequestSchema,
    RegistrationSchema,
    RosterQuery,
    RosterSchema,
    TokenQuery,
)
from services.registration.registrations.turns import take_turns
from shared import audit, links, runtime
from shared.errors import NotFound
from shared.http import Blueprint, auth
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.runtime import connection, transaction

bp = Blueprint("registrations", __name__, url_prefix="/registration/v1", description="Seats", public=True)
staff = Blueprint("roster", __name__, url_prefix="/registration/v1", description="Seats, for staff")


@bp.post("/registrations")
@idempotent
@bp.arguments(RegistrationRequestSchema)
@bp.response(
    201, OutcomeSchema, headers={"Location": {"description": "The registration", "schema": {"type": "string"}}}
)
@bp.alt_response(200, schema=OutcomeSchema, description="The same person again: the registration that stands")
def create_registration(wanted: dict[str, Any]) -> Response:
    """Register a person for a session; a full session puts them on its waiting list."""
    applicant = Applicant(
        email=fold_email(wanted["email"]),
        name=wanted["name"],
        library=wanted["library"],
        job_title=wanted["job_title"],
    )
    registration, new = take_turns(
        lambda conn: completion.register(conn, slug=wanted["session"], applicant=applicant, code=wanted["invitation"])
    )
    return outcome(registration, new=new)


@bp.get("/registrations/<uuid:id>")
@bp.arguments(TokenQuery, location="query")
@bp.response(200, RegistrationSchema)
def show_registration(query: dict[str, Any], id: UUID) -> Response:
    """Show a registration to the one who has the link from its mail, or to staff."""
    _authorize(id, query["token"], scope="registration:read")
    with connection() as conn:
        return answer(RegistrationSchema().dump(domain.get(conn, id)))


@bp.delete("/registrations/<uuid:id>")
@bp.arguments(TokenQuery, location="query")
@bp.response(200, RegistrationSchema)
def cancel_registration(query: dict[str, Any], id: UUID) -> Response:
    """Cancel a registration; its seat goes to the head of the waiting list at once."""
    by_staff = _authorize(id, query["token"], scope="registration:write")
    with transaction() as conn:
        found = domain.cancel(conn, id, reason="cancelled by staff" if by_staff else "cancelled by registrant")
        if by_staff:
            audit.record(conn, actor=auth.actor(), action="registration.cancel", subject=str(id), changes={})
    return answer(RegistrationSchema().dump(found))


@staff.get("/sessions/<slug>/registrations")
@staff.staff("registration:read")
@staff.arguments(RosterQuery, location="query")
@staff.response(200, RosterSchema)
def list_registrations(query: dict[str, Any], slug: str) -> Response:
    """Who registered for a session, in the order in which they came."""
    after = decode_cursor(query["cursor"], int)
    with connection() as conn:
        session = programme.find_session(conn, slug)
        found = queries.select_page(
            conn, session.id, status=query["status"], after=after[0] if after else 0, limit=query["limit"] + 1
        )
    shown = found[: query["limit"]]
    cursor = encode_cursor(shown[-1].joined) if len(found) > len(shown) else None
    body, headers = page(RegistrationSchema(many=True).dump(shown), cursor)
    return answer(body, headers=headers)


def _authorize(id: UUID, token: str | None, *, scope: str) -> bool:
    """Let the link's bearer or staff in; whether it is staff. Raises NotFound, so that nobody learns what exists."""
    if auth.has(scope):
        return True
    if token is None or links.verify(runtime.settings(), "registration", token) != str(id):
        raise NotFound("There is no such registration.")
    return False
