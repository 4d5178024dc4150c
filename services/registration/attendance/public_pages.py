"""The page behind the link to join: opening it does nothing, its button leads into the session."""

from flask import Response

from services.registration.attendance import domain
from services.registration.catalog_projection import queries as projection
from services.registration.learners.schemas import LearnerQuery
from services.registration.links import page_urls
from services.registration.tickets import domain as tickets
from shared.http.pages import Pages, parse_query, respond
from shared.http.responses import see_other
from shared.runtime import connection, transaction

pages = Pages("joining", url_prefix="/registration")

# The button leads to another site, whose own redirections browsers hold to this as well.
POLICY = {"form-action": "'self' https: http:"}


@pages.get("/join")
def show_joining() -> Response:
    """What is about to be entered; that is not noted, since programs open the links in mails as well."""
    token = parse_query(LearnerQuery())["token"] or ""
    with connection() as conn:
        session, _ = domain.look_in(conn, tickets.read_join(conn, token))
        occasion = projection.select_occasions(conn, [session.slug])[session.slug]
    return respond("join.html", occasion=occasion, enter=page_urls.joining(token), policy=POLICY)


@pages.form("/join")
def join() -> Response:
    """Enter the session; staff see when somebody first did."""
    token = parse_query(LearnerQuery())["token"] or ""
    with transaction() as conn:
        return see_other(domain.enter(conn, tickets.read_join(conn, token)))
