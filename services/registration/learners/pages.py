"""Signing in by a link in a mail, and the page of all that somebody takes part in."""

from typing import Any

from flask import Response, redirect, request

from services.registration.learners import access, domain, overview, queries
from services.registration.learners.schemas import LearnerQuery, LinkSchema, NextQuery, SignInSchema
from shared import runtime
from shared.addresses import fold_email
from shared.errors import DomainError, Gone, Invalid
from shared.http.forms import Form, read
from shared.http.networks import network
from shared.http.pages import Pages, asked, respond
from shared.http.signin import local
from shared.runtime import connection, transaction

pages = Pages("learning", url_prefix="/registration")

HOME = "/registration/learning"
# Where somebody was on their way to when they asked for a link, which may be opened in this browser only.
NEXT = "convene_learner_next"


@pages.get("/learning")
def show_learning() -> Any:
    """What is to come and what was, how far they are, and what they have earned."""
    person_id = access.signed_in()
    if person_id is None:
        return redirect(f"/registration/sign-in?next={HOME}", 303)
    with connection() as conn:
        return respond("learning.html", **overview.describe(conn, person_id))


@pages.get("/sign-in")
def show_sign_in() -> Any:
    """Ask for the address to send a link to."""
    wanted = local(asked(NextQuery())["next"])
    if access.signed_in():
        return redirect(wanted or HOME, 303)
    return respond("sign-in.html", form=Form.of({"next": wanted}))


@pages.form("/sign-in")
def request_sign_in() -> Any:
    """Send a link; the answer is the same whether the address is known or not."""
    wanted, form = read(SignInSchema())
    following, status = local(form.text("next")), 422
    if form:
        try:
            email = fold_email(wanted["email"])
            with transaction() as conn:
                domain.request_sign_in(conn, email, network=network())
            return _remember(redirect("/registration/sign-in/sent", 303), following)
        except Invalid as error:
            form.refuse(error.errors)
        except DomainError as error:
            form.refuse({"email": [error.detail]})
            status = error.status
    return respond("sign-in.html", form=form, status=status)


@pages.get("/sign-in/sent")
def show_sent() -> Response:
    """What happens next."""
    return respond("sign-in-sent.html", minutes=domain.LINK_MINUTES)


@pages.get("/sign-in/link")
def show_link() -> Response:
    """Where the link in the mail leads; it uses nothing up, since programs read mails before people do."""
    return respond("sign-in-link.html", token=asked(LearnerQuery())["token"] or "")


@pages.form("/sign-in/link")
def sign_in() -> Any:
    """Use up the link, and go where they wanted to."""
    token, form = read(LinkSchema())
    try:
        if not form:
            raise Gone("This link is not complete.")
        with transaction() as conn:
            secret, _person = domain.begin_session(conn, token["token"])
    except Gone:
        return respond("sign-in-expired.html", status=410)
    response: Any = redirect(local(request.cookies.get(NEXT, "")) or HOME, 303)
    access.set_cookie(response, secret)
    response.delete_cookie(NEXT, path=access.PATH)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.form("/sign-out")
def sign_out() -> Any:
    """End the session."""
    if token := request.cookies.get(access.COOKIE):
        with transaction() as conn:
            queries.delete_session(conn, token)
    response: Any = redirect("/registration/sign-in", 303)
    access.clear_cookie(response)
    return response


def _remember(response: Any, following: str) -> Any:
    if following:
        response.set_cookie(
            NEXT,
            following,
            max_age=domain.LINK_MINUTES * 60,
            path=access.PATH,
            secure=runtime.settings().public_url.startswith("https://"),
            httponly=True,
            samesite="Lax",
        )
    return response
