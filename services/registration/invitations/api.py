"""Invitations over HTTP; the code from the mail is all that is needed."""

from typing import Any
from uuid import UUID

from flask import Response

from services.registration.catalog_projection import domain as projection
from services.registration.invitations import domain, invitation_commands, queries
from services.registration.invitations.schemas import (
    AcceptanceSchema,
    GuestSchema,
    InvitationSchema,
    InvitationsQuery,
    InvitationsSchema,
    IssuedSchema,
    IssueSchema,
)
from services.registration.registrations.representations import OutcomeSchema, outcome
from services.registration.tickets import domain as tickets
from shared.conflict_retry import retry_on_conflict
from shared.email_addresses import fold_email
from shared.http import Blueprint, request_limits
from shared.http.guards import guard
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.request_limits import rate_limited
from shared.http.responses import json_response
from shared.runtime import connection, transaction

bp = Blueprint(
    "invitations", __name__, url_prefix="/registration/v1/invitations", description="Invitations", public=True
)


@guard
def _by_code(code: str) -> None:
    """Let the bearer of a code on."""
    with connection() as conn:
        tickets.read_invitation(conn, code)


staff = Blueprint(
    "issued-invitations", __name__, url_prefix="/registration/v1/sessions", description="Invitations, for staff"
)


@staff.get("/<slug>/invitations")
@staff.staff("registration:read")
@staff.arguments(InvitationsQuery, location="query")
@staff.response(200, InvitationsSchema)
def list_invitations(query: dict[str, Any], slug: str) -> Response:
    """The invitations to a session."""
    after = decode_cursor(query["cursor"], UUID)
    with connection() as conn:
        session = projection.find_session(conn, slug)
        found = queries.select_page(
            conn,
            session.id,
            status=query["status"],
            after=after[0] if after else None,
            limit=query["limit"] + 1,
        )
    shown = found[: query["limit"]]
    cursor = encode_cursor(str(shown[-1].id)) if len(found) > len(shown) else None
    body, headers = page(IssuedSchema(many=True).dump(shown), cursor)
    return json_response(body, headers=headers)


@staff.post("/<slug>/invitations")
@staff.staff("registration:write")
@idempotent
@staff.arguments(IssueSchema)
@staff.response(201, IssuedSchema)
def issue_invitation(wanted: dict[str, Any], slug: str) -> Response:
    """Invite somebody who has not earned it; they get a mail with the code."""
    with transaction() as conn:
        issued = invitation_commands.issue(conn, slug, **wanted)
    response = json_response(IssuedSchema().dump(issued))
    response.status_code = 201
    return response


@staff.delete("/<slug>/invitations/<uuid:id>")
@staff.staff("registration:write")
@staff.response(200, IssuedSchema)
def revoke_invitation(slug: str, id: UUID) -> Response:
    """Take an invitation back that was not accepted yet."""
    with transaction() as conn:
        return json_response(IssuedSchema().dump(invitation_commands.revoke(conn, slug, id)))


@bp.get("/<code>")
@_by_code
@bp.response(200, InvitationSchema)
def show_invitation(code: str) -> Response:
    """Show an invitation."""
    with connection() as conn:
        return json_response(InvitationSchema().dump(domain.get(conn, tickets.read_invitation(conn, code))))


@bp.post("/<code>/accept")
@_by_code
@idempotent
@bp.arguments(AcceptanceSchema)
@bp.response(201, OutcomeSchema)
@bp.alt_response(200, schema=OutcomeSchema, description="Accepted before: the registration that stands")
def accept_invitation(given: dict[str, Any], code: str) -> Response:
    """Accept an invitation: a seat while seats last, then a place on the waiting list."""
    made = retry_on_conflict(lambda conn: domain.accept(conn, tickets.read_invitation(conn, code), said=given))
    return outcome(made, proved=True)


@bp.post("/<code>/decline")
@_by_code
@idempotent
@bp.response(200, InvitationSchema)
def decline_invitation(code: str) -> Response:
    """Decline an invitation."""
    with transaction() as conn:
        return json_response(InvitationSchema().dump(domain.decline(conn, tickets.read_invitation(conn, code))))


@bp.post("/<code>/transfer")
@_by_code
@rate_limited
@idempotent
@bp.arguments(GuestSchema)
@bp.response(200, InvitationSchema)
def transfer_invitation(colleague: dict[str, Any], code: str) -> Response:
    """Pass an invitation on to a colleague, who gets a mail; yours is void then."""
    email = fold_email(colleague["email"])
    with transaction() as conn:
        id = tickets.read_invitation(conn, code)
        passed_on = domain.transfer(conn, id, email=email, name=colleague["name"])
        request_limits.consume_mails(conn, [email])
        return json_response(InvitationSchema().dump(passed_on))
