"""Confirming a group, over HTTP."""

from typing import Any

from flask import Response

from services.registration.groups import confirmation, domain
from services.registration.groups.schemas import ConfirmationSchema
from services.registration.registrations.representations import OutcomesSchema, outcomes
from shared.conflict_retry import retry_on_conflict
from shared.http import Blueprint
from shared.http.request_limits import rate_limited

bp = Blueprint("groups", __name__, url_prefix="/registration/v1", description="Groups that wait", public=True)


@bp.post("/group-registrations/confirmation")
@rate_limited
@bp.arguments(ConfirmationSchema)
@bp.response(201, OutcomesSchema)
@bp.alt_response(200, schema=OutcomesSchema, description="It was confirmed before: what stands")
def confirm_group(wanted: dict[str, Any]) -> Response:
    """Register a group by the link in the mail to its registrar; each colleague gets a mail and a link of their own."""
    id = domain.read_token(wanted["token"])
    made = retry_on_conflict(lambda conn: confirmation.confirm(conn, id))
    return outcomes(made, told=[one.new for one in made])
