"""`/catalog/v1/people/…`: what the catalog holds about a person, for staff."""

from typing import Any

from flask import Response

from services.catalog.privacy import domain, schemas
from services.catalog.privacy.domain import SCOPE
from shared.email_addresses import fold_stored_email
from shared.http import Blueprint
from shared.http import responses as documents
from shared.http.audit_api import record_staff_action
from shared.runtime import transaction

staff = Blueprint("held", __name__, url_prefix="/catalog/v1", description="What is held on people")


@staff.get("/people/<email>")
@staff.staff(SCOPE)
@staff.arguments(schemas.NameQuery, location="query")
@staff.response(200, schemas.HeldSchema)
def show_held(query: dict[str, Any], email: str) -> Response:
    """Show comments and parts of the program that contain this address; with `name`, also comments signed with it. The
    look-up is audited. Items are deleted one by one: only its author and staff can tell whose a comment is.
    """
    folded = fold_stored_email(email)
    with transaction() as conn:
        held = domain.describe(conn, folded, name=query["name"])
        record_staff_action(conn, "person.export", "by address")
    return documents.json_response(held, cache_control="no-store")
