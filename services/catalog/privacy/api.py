"""What the catalog holds on a person, over HTTP, for staff whom they ask."""

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
    """Comments and parts of the programme that name this address, and with `name` comments signed with it. The look is
    noted. What is to go is removed one by one: whose a comment is, only its author and staff can tell.
    """
    folded = fold_stored_email(email)
    with transaction() as conn:
        held = domain.describe(conn, folded, name=query["name"])
        record_staff_action(conn, "person.export", "by address")
    return documents.json_response(held, cache_control="no-store")
