"""Signing in, and what a learner takes part in, over HTTP."""

from typing import Any

from flask import Response, jsonify, request

from services.registration.learners import access, domain, queries
from services.registration.learners.schemas import (
    AskedSchema,
    LearnerQuery,
    LearnerSchema,
    LinkSchema,
    PersonSchema,
    SignedInQuery,
    SignInSchema,
)
from shared import strict_json
from shared.email_addresses import fold_email
from shared.errors import Gone
from shared.http import Blueprint, request_limits
from shared.http.blueprint import consumes, load_body
from shared.http.client_address import client_network
from shared.http.forms import reject_cross_site
from shared.http.guards import guard
from shared.http.pages import respond
from shared.http.request_limits import rate_limited
from shared.http.responses import json_response
from shared.runtime import connection, transaction

bp = Blueprint("learners", __name__, url_prefix="/registration/v1/learners", description="Learners")

FORM = "application/x-www-form-urlencoded"


@bp.post("/sign-in")
@rate_limited
@bp.arguments(SignInSchema)
@bp.response(202, AskedSchema)
def request_sign_in(wanted: dict[str, Any]) -> dict[str, str]:
    """Ask for a link to sign in, by mail; the answer is the same whether the address is known or not."""
    email = fold_email(wanted["email"])
    with transaction() as conn:
        request_limits.consume(conn, [request_limits.network_charge()])
        domain.request_sign_in(conn, email, network=client_network())
    return {"detail": "If this address takes part in anything here, a link to sign in is on its way to it."}


@bp.get("/sign-in")
@bp.arguments(LearnerQuery, location="query")
@bp.response(200, content_type="text/html")
def show_sign_in(query: dict[str, Any]) -> Response:
    """The page that links in older mails lead to; it uses nothing up, since programs read mails before people do."""
    return respond("sign-in-link.html", token=query["token"] or "")


@bp.post("/session")
@consumes("application/json", FORM)
@bp.doc(requestBody={"required": True, "content": {"application/json": {"schema": LinkSchema}}})
@bp.response(200, PersonSchema)
def sign_in() -> Response:
    """Use up a link to sign in; a cookie that no script can read holds the session."""
    as_page = request.mimetype == FORM
    if as_page:
        reject_cross_site()
    given: Any = request.form.to_dict() if as_page else strict_json.parse(request.get_data())
    token: Any = load_body(LinkSchema(), given)
    try:
        with transaction() as conn:
            secret, person = domain.begin_session(conn, token["token"])
    except Gone:
        if as_page:
            return respond("sign-in-expired.html", status=410)
        raise
    shown = PersonSchema().dump(person)
    response = respond("signed-in.html", name=person.name) if as_page else jsonify(shown)
    response.headers["Cache-Control"] = "no-store"
    access.set_cookie(response, secret)
    return response


@bp.delete("/session")
@bp.response(204)
def sign_out() -> Response:
    """End the session."""
    if token := request.cookies.get(access.COOKIE):
        with transaction() as conn:
            queries.delete_session(conn, token)
    response = Response(status=204)
    access.clear_cookie(response)
    return response


@bp.get("/me")
@guard(access.learner)
@bp.arguments(SignedInQuery, location="query")
@bp.response(200, LearnerSchema)
def show_learner(_query: dict[str, Any]) -> Response:
    """All that you take part in: registrations, views, progress per series, invitations, certificates. For who is
    signed in; no link from a mail opens it.
    """
    person_id = access.learner()
    with connection() as conn:
        return json_response(LearnerSchema().dump(domain.describe(conn, person_id)))
