"""The catalog's part of registration's staff page about a person."""

import orjson
from flask import Response

from services.catalog.privacy import domain
from services.catalog.privacy.domain import SCOPE
from services.catalog.privacy.schemas import PersonQuery
from services.catalog.staff_layout.staff_rendering import respond
from shared.email_addresses import fold_stored_email
from shared.http.audit_api import record_staff_action
from shared.http.pages import Pages, parse_query
from shared.runtime import transaction

HOME = "/catalog/staff/people"
pages = Pages("people-desk", url_prefix=HOME)


@pages.get("")
@pages.staff(SCOPE)
def show_person() -> Response:
    """Show comments that may be the person's, with links to delete them; the look-up is audited."""
    query = parse_query(PersonQuery())
    email = fold_stored_email(query["email"])
    with transaction() as conn:
        record_staff_action(conn, "person.export", "by address")
        held = domain.describe(conn, email, name=query["name"])
        return respond("staff/person.html", conn, email=email, name=query["name"], held=held)


@pages.get("/held.json")
@pages.staff(SCOPE)
def download_held() -> Response:
    """Download everything held about the person, once staff have confirmed that it is theirs."""
    query = parse_query(PersonQuery())
    with transaction() as conn:
        record_staff_action(conn, "person.export", "by address")
        held = domain.describe(conn, fold_stored_email(query["email"]), name=query["name"])
    response = Response(orjson.dumps(held, default=str, option=orjson.OPT_INDENT_2), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="held-by-catalog.json"'
    response.headers["Cache-Control"] = "no-store"
    return response
