"""What is held under an address, over HTTP, for staff whom its owner asks."""

from flask import Response

from services.notifications.privacy import domain
from services.notifications.privacy.schemas import HeldSchema
from shared.email_addresses import fold_stored_email
from shared.http import Blueprint
from shared.http.audit_api import record_staff_action
from shared.http.responses import json_response
from shared.runtime import transaction

staff = Blueprint("held", __name__, url_prefix="/notifications/v1", description="What is held on people")


@staff.get("/people/<email>")
@staff.staff(domain.SCOPE)
@staff.response(200, HeldSchema)
def show_held(email: str) -> Response:
    """Everything that notifications holds under an address: the subscription with its proof, mails, suppressions,
    copies. Also of who only reads the newsletter. The look is noted; erasing is registration's.
    """
    folded = fold_stored_email(email)
    with transaction() as conn:
        held = domain.describe(conn, folded)
        record_staff_action(conn, "person.export", "by address")
    return json_response(held, cache_control="no-store")
