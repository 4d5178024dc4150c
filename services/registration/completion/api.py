"""Invitations over HTTP; the code from the mail is all that is needed."""

from typing import Any

from flask import Response

from services.registration.completion import domain
from services.registration.completion.schemas import InvitationSchema
from services.registration.registrations.api import outcome
from services.registration.registrations.schemas import OutcomeSchema
from shared.http import Blueprint
from shared.http.idempotency import idempotent
from shared.runtime import connection, transaction

bp = Blueprint(
    "invitations", __name__, url_prefix="/registration/v1/invitations", description="Invitations", public=True
)


@bp.get("/<code>")
@bp.response(200, InvitationSchema)
def show_invitation(code: str) -> Any:
    """Show an invitation."""
    with connection() as conn:
        return domain.show(conn, domain.read_code(code))


@bp.post("/<code>/accept")
@idempotent
@bp.response(201, OutcomeSchema)
@bp.alt_response(200, schema=OutcomeSchema, description="Accepted before: the registration that stands")
def accept_invitation(code: str) -> Response:
    """Accept an invitation: a seat while seats last, then a place on the waiting list."""
    with transaction() as conn:
        registration, new = domain.accept(conn, domain.read_code(code))
    return outcome(registration, new=new)


@bp.post("/<code>/decline")
@idempotent
@bp.response(200, InvitationSchema)
def decline_invitation(code: str) -> Any:
    """Decline an invitation."""
    with transaction() as conn:
        return domain.decline(conn, domain.read_code(code))
