"""The pages behind the link in a mail: a registration as its owner sees it, changes it and gives it up."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response
from psycopg import Connection

from services.registration.catalog_projection import queries as projection
from services.registration.corrections import domain as corrections
from services.registration.learners import domain as learners
from services.registration.links import page_urls
from services.registration.registrations import domain, form_context
from services.registration.registrations.refusals import refuse
from services.registration.rules import admission
from services.registration.rules import domain as rules
from services.registration.seats.domain import has_ended
from services.registration.seats.waiting_list_queries import has_lapsed
from services.registration.sign_up.schemas import ChangeForm, ManageQuery
from services.registration.tickets import domain as tickets
from shared.errors import Conflict, DomainError, Gone
from shared.http.client_address import client_network
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.responses import see_other
from shared.runtime import connection, transaction

pages = Pages("managing", url_prefix="/registration/manage")


@pages.get("/<uuid:id>/offer")
@pages.get("/<uuid:id>")
def show_registration(id: UUID) -> Response:
    """How things stand, and what can be done; a seat that is offered comes first."""
    query = _let_on(id)
    return _show("manage.html", id, query["token"], saved=query["saved"])


@pages.get("/<uuid:id>/change")
def show_change_form(id: UUID) -> Response:
    """What was said, to be changed."""
    return _show_form(id, _let_on(id)["token"])


@pages.form("/<uuid:id>/change")
def change(id: UUID) -> Response:
    """Keep what is different."""
    token = _let_on(id)["token"]
    changes, form = parse_form(ChangeForm())
    status = 422
    if form:
        try:
            with transaction() as conn:
                tickets.check_registration(conn, id, token)
                corrections.correct(conn, id, changes)
            return see_other(f"{page_urls.managing(id, token)}&saved=true")
        except DomainError as error:
            status = refuse(form, error)
    return _show_form(id, token, form, status=status)


@pages.get("/<uuid:id>/cancel")
def show_cancel_form(id: UUID) -> Response:
    """Whether they are sure."""
    return _show("manage-cancel.html", id, _let_on(id)["token"])


@pages.form("/<uuid:id>/cancel")
def cancel(id: UUID) -> Response:
    """Give the seat, or the place in line, up; the page that follows says so, or why it was too late for that."""
    return _do_and_show(id, lambda conn: domain.cancel(conn, id, reason="cancelled by registrant"))


@pages.form("/<uuid:id>/offer")
def accept_offer(id: UUID) -> Response:
    """Take the seat that is offered; the page that follows says so, or that it was too late for that."""
    return _do_and_show(id, lambda conn: domain.accept_offer(conn, id))


@pages.form("/<uuid:id>/new-link")
def renew_links(id: UUID) -> Response:
    """End this link with all older ones, and mail new ones: to what is to come, else to sign in."""
    token = _let_on(id)["token"]
    with transaction() as conn:
        tickets.check_registration(conn, id, token)
        if not corrections.renew_links(conn, id):
            learners.request_for_link(conn, token, network=client_network())
    return see_other("/registration/sign-in/sent")


def _let_on(id: UUID) -> dict[str, Any]:
    """What the address asks for, of who has the link. Raises NotFound or LinkEnded."""
    query = parse_query(ManageQuery())
    with connection() as conn:
        tickets.check_registration(conn, id, query["token"])
    return query


def _do_and_show(id: UUID, act: Callable[[Connection], object]) -> Response:
    """Refusals are states of things, which the page tells better than a refusal would."""
    token = _let_on(id)["token"]
    with suppress(Conflict, Gone), transaction() as conn:
        tickets.check_registration(conn, id, token)
        act(conn)
    return see_other(page_urls.managing(id, token))


def _show(template: str, id: UUID, token: str, **values: Any) -> Response:
    with connection() as conn:
        mine = domain.get(conn, id)
        terms = rules.find_terms(conn, mine.session_slug)
        occasion = projection.select_occasions(conn, [mine.session_slug])[mine.session_slug]
        lapsed = has_ended(mine, terms) or (mine.status == "cancelled" and has_lapsed(conn, mine))
    begun = occasion.ends_at is not None and terms.now > occasion.ends_at
    return respond(
        template,
        mine=mine,
        terms=terms,
        occasion=occasion,
        lapsed=lapsed,
        missed=mine.status == "waitlisted" and admission.has_begun(terms),
        closed=admission.has_closed(terms),
        ended=begun or occasion.status == "held",
        questions={question["key"]: question for question in terms.questions},
        types=form_context.TYPE_LABELS,
        sizes=form_context.SIZE_LABELS,
        link=lambda part="": page_urls.managing(id, token, part),
        join=page_urls.join(mine),
        **values,
    )


def _show_form(id: UUID, token: str, form: Form | None = None, *, status: int = 200) -> Response:
    with connection() as conn:
        mine = domain.get(conn, id)
        terms = rules.find_terms(conn, mine.session_slug)
    if mine.status == "cancelled":
        return see_other(page_urls.managing(id, token))
    return respond(
        "manage-change.html",
        status=status,
        form=form if form is not None else form_context.said(mine, terms.questions),
        mine=mine,
        terms=terms,
        link=lambda part="": page_urls.managing(id, token, part),
        titles=form_context.titles(terms.questions),
        **form_context.choices(),
    )
