"""The invitations to a session, for staff."""

from uuid import UUID

from flask import Response
from psycopg import Connection

from services.registration.catalog_projection import domain as projection
from services.registration.invitations import invitation_commands, queries
from services.registration.invitations.schemas import STATUSES, InvitationsQuery, IssueSchema
from services.registration.registrations.refusals import refuse
from shared.errors import DomainError
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.pagination import decode_cursor, encode_cursor
from shared.http.responses import see_other
from shared.runtime import connection, transaction

pages = Pages("invitations-desk", url_prefix="/registration/staff/sessions/<slug>/invitations")


@pages.get("")
@pages.staff("registration:read")
def list_invitations(slug: str) -> Response:
    """Who is invited, and what became of it."""
    with connection() as conn:
        return _show(conn, slug, Form())


@pages.form("")
@pages.staff("registration:write")
def issue(slug: str) -> Response:
    """Invite somebody by hand; they get a mail."""
    wanted, form = parse_form(IssueSchema())
    status = 422
    if form:
        try:
            with transaction() as conn:
                invitation_commands.issue(conn, slug, **wanted)
            return see_other(f"/registration/staff/sessions/{slug}/invitations")
        except DomainError as error:
            status = refuse(form, error)
    with connection() as conn:
        return _show(conn, slug, form, status=status)


@pages.form("/<uuid:id>/revoke")
@pages.staff("registration:write")
def revoke(slug: str, id: UUID) -> Response:
    """Take an invitation back."""
    with transaction() as conn:
        invitation_commands.revoke(conn, slug, id)
    return see_other(f"/registration/staff/sessions/{slug}/invitations")


def _show(conn: Connection, slug: str, form: Form, *, status: int = 200) -> Response:
    query = parse_query(InvitationsQuery())
    after, limit = decode_cursor(query["cursor"], UUID), query["limit"]
    session = projection.find_session(conn, slug)
    found = queries.select_page(
        conn, session.id, status=query["status"], after=after[0] if after else None, limit=limit + 1
    )
    return respond(
        "staff/invitations.html",
        status=status,
        session=session,
        found=found[:limit],
        more=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
        query={"status": query["status"]},
        form=form,
        statuses=STATUSES,
    )
