"""Invitations over HTTP; the code from the mail is all that is needed."""

from typing import Any

from flask import Response

from services.registration.answers import answer
from services.registration.completion import domain
from services.registration.completion.schemas import AcceptanceSchema, InvitationSchema
from services.registration.registrations.outcome import OutcomeSchema, outcome
from services.registration.registrations.turns import take_turns
from shared.http import Blueprint
from shared.http.idempotency import idempotent
from shared.runtime import connection, transaction

bp = Blueprint(
    "invitations", __name__, url_prefix="/registration/v1/invitations", description="Invitations", public=True
)


@bp.get("/<code>")
@bp.response(200, InvitationSchema)
def show_invitation(code: str) -> Response:
    """Show an invitation."""
    with connection() as conn:
        return answer(InvitationSchema().dump(domain.get(conn, domain.read_code(code))))


@bp.post("/<code>/accept")
@idempotent
@bp.arguments(AcceptanceSchema)
@bp.response(201, OutcomeSchema)
@bp.alt_response(200, schema=OutcomeSchema, description="Accepted before: the registration that stands")
def accept_invitation(given: dict[str, Any], code: str) -> Response:
    """Accept an invitation: a seat while seats last, then a place on the waiting list."""
    id = domain.read_code(code)
    return outcome(take_turns(lambda conn: domain.accept(conn, id, **given)))


@bp.post("/<code>/decline")
@idempotent
@bp.response(200, InvitationSchema)
def decline_invitation(code: str) -> Response:
    """Decline an invitation."""
    with transaction() as conn:
        return answer(InvitationSchema().dump(domain.decline(conn, domain.read_code(code))))
