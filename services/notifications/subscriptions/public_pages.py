"""The newsletter for its readers: signing up, confirming, what to hear of, leaving. No page is needed twice, and none
tells whether an address is known.
"""

from dataclasses import asdict

from flask import Response
from psycopg import Connection

from services.notifications.news.queries import Topics, select_topics
from services.notifications.subscriptions import domain
from services.notifications.subscriptions.queries import SignUp, Subscription
from services.notifications.subscriptions.request_origins import origin
from services.notifications.subscriptions.schemas import PreferencesSchema, SubscribeSchema, TokenQuery, TokenSchema
from shared.email_addresses import fold_email
from shared.errors import DomainError, Gone, Invalid
from shared.http import request_limits
from shared.http.forms import Form, form_error_status, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.request_limits import rate_limited
from shared.http.responses import see_other
from shared.runtime import connection, transaction

pages = Pages("newsletter", url_prefix="/notifications")


@pages.get("/newsletter")
def show_sign_up() -> Response:
    """The form to sign up."""
    return _show_sign_up(Form())


@pages.form("/newsletter")
@rate_limited
def request_subscription() -> Response:
    """Mail a link to the owner of the address, and say the same whether it is known or not."""
    wanted, form = parse_form(SubscribeSchema())
    status = 422
    if form:
        try:
            wish = SignUp(**{**wanted, "email": fold_email(wanted["email"])})
            with transaction() as conn:
                request_limits.consume(conn, [request_limits.network_charge()])
                domain.request(conn, wish, origin())
            return see_other("/notifications/newsletter/asked")
        except Invalid as error:
            form.add_errors(error.errors)
        except DomainError as error:
            form.add_errors({"email": [error.detail]})
            status = form_error_status(error)
    return _show_sign_up(form, status=status)


@pages.get("/newsletter/asked")
def show_asked() -> Response:
    """What happens next."""
    return respond("newsletter-asked.html")


@pages.get("/confirm")
def show_confirmation() -> Response:
    """Where the link in the mail leads; it confirms nothing, since programs read mails before people do."""
    return respond("subscription-confirm.html", token=parse_query(TokenQuery())["token"], wording=domain.WORDING)


@pages.form("/confirm")
def confirm() -> Response:
    """Confirm that the newsletter is wanted."""
    given, form = parse_form(TokenSchema())
    try:
        if not form:
            raise Gone("This link is not complete.")
        with transaction() as conn:
            made = domain.confirm(conn, given["token"], origin())
    except DomainError as error:
        return respond("subscription-expired.html", status=error.status)
    return respond("subscription-confirmed.html", email=made.email)


@pages.get("/preferences/<token>")
def show_preferences(token: str) -> Response:
    """What a reader hears of, and the way to change that and to leave."""
    with transaction() as conn:
        subscription = domain.find(conn, token)
    return _show_preferences(token, subscription, Form.of(asdict(subscription)))


@pages.form("/preferences/<token>")
def change_preferences(token: str) -> Response:
    """Hear of other things."""
    changes, form = parse_form(PreferencesSchema())
    with transaction() as conn:
        subscription = domain.find(conn, token)
        if form:
            domain.change(conn, subscription, {"name": "", **changes}, origin())
            return see_other(f"/notifications/preferences/{token}/kept")
    return _show_preferences(token, subscription, form, status=422)


@pages.get("/preferences/<token>/kept")
def show_kept(token: str) -> Response:
    """The same, which was changed just now."""
    with transaction() as conn:
        subscription = domain.find(conn, token)
    return _show_preferences(token, subscription, Form.of(asdict(subscription)), kept=True)


@pages.form("/preferences/<token>/leave")
def leave(token: str) -> Response:
    """Leave the newsletter; a last mail confirms it."""
    with transaction() as conn:
        domain.end(conn, domain.find(conn, token), origin())
    return respond("unsubscribed.html")


@pages.form("/preferences/<token>/new-link")
def renew_links(token: str) -> Response:
    """End this link with all older ones, and mail a new one."""
    with transaction() as conn:
        domain.renew_links(conn, token)
    return see_other("/notifications/new-link/sent")


@pages.get("/new-link")
def show_ended() -> Response:
    """What can be done with a link that has ended."""
    return respond("link-ended.html", token=parse_query(TokenQuery())["token"], said=None)


@pages.form("/new-link")
@rate_limited
def request_new_link() -> Response:
    """Mail a new link to the address that we have."""
    token = parse_query(TokenQuery())["token"]
    try:
        with transaction() as conn:
            request_limits.consume(conn, [request_limits.network_charge()])
            domain.request_for_link(conn, token, origin())
    except DomainError as error:
        return respond("link-ended.html", token=token, said=error.detail, status=form_error_status(error))
    return see_other("/notifications/new-link/sent")


@pages.get("/new-link/sent")
def show_sent() -> Response:
    """What happens next."""
    return respond("link-sent.html")


def _show_sign_up(form: Form, *, status: int = 200) -> Response:
    with connection() as conn:
        topics = _offer(conn, form)
    return respond("newsletter.html", status=status, form=form, topics=topics, wording=domain.WORDING)


def _show_preferences(
    token: str, subscription: Subscription, form: Form, *, status: int = 200, kept: bool = False
) -> Response:
    with connection() as conn:
        topics = _offer(conn, form)
    return respond(
        "preferences.html", status=status, token=token, reader=subscription, form=form, topics=topics, kept=kept
    )


def _offer(conn: Connection, form: Form) -> Topics:
    """What can be chosen: what the programme tells of, and what was chosen before."""
    known = select_topics(conn)
    return Topics(
        sorted({*known.library_types, *form.texts("library_types")}), sorted({*known.topics, *form.texts("topics")})
    )
