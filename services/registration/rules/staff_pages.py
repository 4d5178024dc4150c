"""What a session's form asks, and its rules, as staff set them on a page."""

from dataclasses import asdict

from flask import Response
from psycopg import Connection

from services.registration.catalog_projection import domain as projection
from services.registration.rules import domain, rules_commands
from services.registration.rules.queries import Rules, select_rules
from services.registration.rules.schemas import KINDS, RulesSchema
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, respond
from shared.http.responses import etag_for, see_other
from shared.runtime import connection, transaction

pages = Pages("rules-desk", url_prefix="/registration/staff/sessions/<slug>/rules")

SPARE, SPARE_OPTIONS = 2, 3
STALE = (
    "Somebody else has changed these rules meanwhile. What you typed is still here; open the page anew to see theirs."
)


@pages.get("")
@pages.staff("registration:write")
def show_rules(slug: str) -> Response:
    """The questions and rules."""
    with connection() as conn:
        rules = select_rules(conn, projection.find_session(conn, slug).id)
        return _show(conn, slug, Form.of(asdict(rules)), version=_version(rules))


@pages.form("")
@pages.staff("registration:write")
def replace_rules(slug: str) -> Response:
    """Set them, where nobody else has set them meanwhile."""
    wanted, form = parse_form(RulesSchema())
    with transaction() as conn:
        before = domain.lock(conn, slug)
        if form and form.text("version") != _version(before) and before != Rules(**wanted):
            form.add_errors({"questions": [STALE]})
        if form:
            rules_commands.replace(conn, slug, Rules(**wanted))
            return see_other(f"/registration/staff/sessions/{slug}/rules")
        return _show(conn, slug, form, version=form.text("version"), status=422)


def _show(conn: Connection, slug: str, form: Form, *, version: str, status: int = 200) -> Response:
    return respond(
        "staff/rules.html",
        status=status,
        session=projection.find_session(conn, slug),
        form=form,
        version=version,
        rows=form.count("questions") + SPARE,
        spare=SPARE_OPTIONS,
        kinds=[
            (kind, {"text": "A text", "choice": "One of these", "several": "Several of these"}[kind]) for kind in KINDS
        ],
    )


def _version(rules: Rules) -> str:
    return etag_for(RulesSchema().dump(rules))
