"""Signing in by a link in a mail, and the page of all that somebody takes part in."""

from flask import Response, request

from services.registration.learners import access, domain, overview, queries
from services.registration.learners.schemas import LearnerQuery, LinkSchema, NextQuery, SignInSchema
from shared import runtime
from shared.email_addresses import fold_email
from shared.errors import DomainError, Gone, Invalid
from shared.http import request_limits
from shared.http.client_address import client_network
from shared.http.forms import Form, form_error_status, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.request_limits import rate_limited
from shared.http.responses import see_other
from shared.http.signin import local_path
from shared.runtime import connection, transaction

pages = Pages("learning", url_prefix="/registration")

HOME = "/registration/learning"
# Where somebody was on their way to when they asked for a link, which may be opened in this browser only.
NEXT = "convene_learner_next"


@pages.get("/learning")
def show_learning() -> Response:
    """What is to come and what was, how far they are, and what they have earned."""
    person_id = access.signed_in()
    if person_id is None:
        return see_other(f"/registration/sign-in?next={HOME}")
    with connection() as conn:
        return respond("learning.html", **overview.describe(conn, person_id))


@pages.get("/sign-in")
def show_sign_in() -> Response:
    """Ask for the address to send a link to."""
    wanted = local_path(parse_query(NextQuery())["next"])
    if access.signed_in():
        return see_other(wanted or HOME)
    return respond("sign-in.html", form=Form.of({"next": wanted}))


@pages.form("/sign-in")
@rate_limited
def request_sign_in() -> Response:
    """Send a link; the answer is the same whether the address is known or not."""
    wanted, form = parse_form(SignInSchema())
    following, status = local_path(form.text("next")), 422
    if form:
        try:
            email = fold_email(wanted["email"])
            with transaction() as conn:
                request_limits.consume(conn, [request_limits.network_charge()])
                domain.request_sign_in(conn, email, network=client_network())
            return _remember(see_other("/registration/sign-in/sent"), following)
        except Invalid as error:
            form.add_errors(error.errors)
        except DomainError as error:
            form.add_errors({"email": [error.detail]})
            status = form_error_status(error)
    return respond("sign-in.html", form=form, status=status)


@pages.get("/sign-in/sent")
def show_sent() -> Response:
    """What happens next."""
    return respond("sign-in-sent.html", minutes=domain.LINK_MINUTES)


@pages.get("/sign-in/link")
def show_link() -> Response:
    """Where the link in the mail leads; it uses nothing up, since programs read mails before people do."""
    return respond("sign-in-link.html", token=parse_query(LearnerQuery())["token"] or "")


@pages.form("/sign-in/link")
def sign_in() -> Response:
    """Use up the link, and go where they wanted to."""
    token, form = parse_form(LinkSchema())
    try:
        if not form:
            raise Gone("This link is not complete.")
        with transaction() as conn:
            secret, _person = domain.begin_session(conn, token["token"])
    except Gone:
        return respond("sign-in-expired.html", status=410)
    response = see_other(local_path(request.cookies.get(NEXT, "")) or HOME)
    access.set_cookie(response, secret)
    response.delete_cookie(NEXT, path=access.PATH)
    return response


@pages.get("/new-link")
def show_ended() -> Response:
    """What can be done with a link that has ended."""
    return respond("link-ended.html", token=parse_query(LearnerQuery())["token"] or "", said=None)


@pages.form("/new-link")
@rate_limited
def request_new_link() -> Response:
    """Mail a new link to the address that we have, and say the same whatever the old one was."""
    token = parse_query(LearnerQuery())["token"] or ""
    try:
        with transaction() as conn:
            request_limits.consume(conn, [request_limits.network_charge()])
            domain.request_for_link(conn, token, network=client_network())
    except DomainError as error:
        return respond("link-ended.html", token=token, said=error.detail, status=form_error_status(error))
    return see_other("/registration/sign-in/sent")


@pages.form("/sign-out")
def sign_out() -> Response:
    """End the session."""
    if token := request.cookies.get(access.COOKIE):
        with transaction() as conn:
            queries.delete_session(conn, token)
    response = see_other("/registration/sign-in")
    access.clear_cookie(response)
    return response


def _remember(response: Response, following: str) -> Response:
    if following:
        response.set_cookie(
            NEXT,
            following,
            max_age=domain.LINK_MINUTES * 60,
            path=access.PATH,
            secure=runtime.settings().https,
            httponly=True,
            samesite="Lax",
        )
    return response
