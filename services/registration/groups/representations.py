"""JSON of groups, as the API answers it."""

from typing import Any

from flask import Response

from services.registration.groups.queries import Group
from services.registration.groups.schemas import PendingSchema
from shared.http.responses import json_response


def pending(group: Group) -> Response:
    """Returns the response to a group that waits for confirmation: 202, with an item for each colleague in order."""
    item: dict[str, Any] = {"id": None, "session": group.session_slug, "status": "pending"}
    body = {
        "items": [{**item, "position": None, "advice": None}] * group.size,
        "seats_held": group.held,
        "confirm_by": group.expires_at,
        "detail": "A mail is on its way to the registrar: the group is registered once they confirm it.",
    }
    response = json_response(PendingSchema().dump(body), cache_control="no-store")
    response.status_code = 202
    return response
