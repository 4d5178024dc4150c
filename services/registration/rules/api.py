"""Forms for anyone, rules for staff, over HTTP."""

from typing import Any

from flask import Response

from services.registration.catalog_projection import domain as projection
from services.registration.rules import domain, queries, rules_commands
from services.registration.rules.queries import Rules
from services.registration.rules.schemas import FormSchema, RulesSchema
from shared.http import Blueprint, conditional
from shared.http.responses import etag_for, json_response
from shared.runtime import connection, transaction

bp = Blueprint(
    "forms", __name__, url_prefix="/registration/v1/sessions", description="What registering asks", public=True
)
staff = Blueprint(
    "rules", __name__, url_prefix="/registration/v1/sessions", description="What registering asks, for staff"
)


@bp.get("/<slug>/form")
@bp.response(200, FormSchema)
def show_form(slug: str) -> Response:
    """What a form for this session asks, and whom it is meant for."""
    with connection() as conn:
        return json_response(FormSchema().dump(domain.find_terms(conn, slug)), cache_control="no-cache")


@staff.get("/<slug>/rules")
@staff.staff("registration:read")
@staff.response(200, RulesSchema)
def show_rules(slug: str) -> Response:
    """The rules of a session's registration."""
    with connection() as conn:
        session = projection.find_session(conn, slug)
        return json_response(RulesSchema().dump(queries.select_rules(conn, session.id)))


@staff.put("/<slug>/rules")
@staff.staff("registration:write")
@staff.arguments(RulesSchema)
@staff.response(200, RulesSchema)
def replace_rules(wanted: dict[str, Any], slug: str) -> Response:
    """Set the rules of a session's registration: questions, how long a free seat is offered, invitations. From the
    version that `If-Match` names.
    """
    with transaction() as conn:
        conditional.require_match(etag_for(RulesSchema().dump(domain.lock(conn, slug))))
        after = rules_commands.replace(conn, slug, Rules(**wanted))
    return json_response(RulesSchema().dump(after))
