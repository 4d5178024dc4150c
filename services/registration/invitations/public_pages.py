"""The page behind the code of an invitation: whoever has it accepts, declines, or passes it on."""

from uuid import UUID

from flask import Response

from services.registration.catalog_projection import queries as projection
from services.registration.invitations import domain
from services.registration.invitations.schemas import AcceptanceSchema, GuestSchema
from services.registration.learners import access
from services.registration.links import page_urls
from services.registration.registrations import form_context, receipts
from services.registration.registrations.refusals import refuse
from services.registration.rules import admission
from services.registration.rules import domain as rules
from services.registration.rules.queries import select_rules
from services.registration.seats import queries
from services.registration.tickets import domain as tickets
from shared.conflict_retry import retry_on_conflict
from shared.email_addresses import fold_email
from shared.errors import DomainError
from shared.http import request_limits
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, respond
from shared.http.request_limits import rate_limited
from shared.http.responses import see_other
from shared.runtime import connection, transaction

pages = Pages("answering", url_prefix="/registration/invitations")


@pages.get("/<code>/accept")
@pages.get("/<code>")
def show_invitation(code: str) -> Response:
    """To what, until when, and the form to accept it."""
    return _show(code, _read(code))


@pages.form("/<code>/accept")
def accept(code: str) -> Response:
    """A seat while seats last, then a place in line."""
    id = _read(code)
    given, form = parse_form(AcceptanceSchema())
    status = 422
    if form:
        try:
            made = retry_on_conflict(lambda conn: domain.accept(conn, id, said=given))
            return see_other(receipts.address([made], reader=made.registration.person_id))
        except DomainError as error:
            status = refuse(form, error)
    return _show(code, id, form, status=status)


@pages.get("/<code>/decline")
def show_declining(code: str) -> Response:
    """Whether they are sure."""
    return _show(code, _read(code), declining=True)


@pages.form("/<code>/decline")
def decline(code: str) -> Response:
    """Note that they will not come."""
    id, form = _read(code), Form()
    try:
        with transaction() as conn:
            domain.decline(conn, id)
        return see_other(f"/registration/invitations/{code}")
    except DomainError as error:
        return _show(code, id, form, status=refuse(form, error))


@pages.form("/<code>/transfer")
@rate_limited
def transfer(code: str) -> Response:
    """Pass it on to a colleague, who gets a mail."""
    id = _read(code)
    colleague, form = parse_form(GuestSchema())
    status = 422
    if form:
        try:
            email = fold_email(colleague["email"])
            with transaction() as conn:
                domain.transfer(conn, id, email=email, name=colleague["name"])
                request_limits.consume_mails(conn, [email])
            return see_other(f"/registration/invitations/{code}")
        except DomainError as error:
            status = refuse(form, error)
    return _show(code, id, Form(), guest=form, status=status)


def _read(code: str) -> UUID:
    with connection() as conn:
        return tickets.read_invitation(conn, code)


def _show(
    code: str,
    id: UUID,
    form: Form | None = None,
    *,
    guest: Form | None = None,
    status: int = 200,
    declining: bool = False,
) -> Response:
    with connection() as conn:
        invitation = domain.get(conn, id)
        terms = rules.find_terms(conn, invitation.session_slug)
        occasion = projection.select_occasions(conn, [invitation.session_slug])[invitation.session_slug]
        standing = queries.select_active(conn, invitation.session_id, invitation.email)
        latest = queries.select_latest_details(conn, invitation.person_id)
        transferable = select_rules(conn, invitation.session_id).transferable
    return respond(
        "invitation.html",
        status=status,
        code=code,
        invitation=invitation,
        occasion=occasion,
        terms=terms,
        form=form if form is not None else Form(),
        guest=guest if guest is not None else Form(),
        standing=standing is not None,
        manage=page_urls.manage(standing) if standing and standing.person_id == access.signed_in() else None,
        library=latest.library if latest and latest.library.get("name") else None,
        open=admission.is_open(terms),
        transferable=transferable,
        declining=declining,
        titles=form_context.titles(terms.questions),
        **form_context.choices(),
    )
