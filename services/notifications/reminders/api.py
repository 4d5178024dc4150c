"""Reminders of a session, for staff."""

from typing import Any

from flask import Response

from services.notifications.reminders import domain
from services.notifications.reminders.schemas import RemindersSchema
from shared.http import Blueprint, conditional
from shared.http.audit_api import record_staff_action
from shared.http.responses import etag_for, json_response
from shared.runtime import connection, transaction

staff = Blueprint(
    "reminders", __name__, url_prefix="/notifications/v1/sessions", description="When a session is reminded of"
)


@staff.get("/<slug>/reminders")
@staff.staff("notifications:read")
@staff.response(200, RemindersSchema)
def show_reminders(slug: str) -> Response:
    """How long before it begins those who have a seat are reminded of a session."""
    with connection() as conn:
        return json_response(RemindersSchema().dump(domain.find(conn, slug)))


@staff.put("/<slug>/reminders")
@staff.staff("notifications:write")
@staff.arguments(RemindersSchema)
@staff.response(200, RemindersSchema)
def replace_reminders(wanted: dict[str, Any], slug: str) -> Response:
    """Set how long before it begins, from the version that `If-Match` names. Who was reminded already is not reminded
    again.
    """
    with transaction() as conn:
        before = domain.lock(conn, slug)
        conditional.require_match(etag_for(RemindersSchema().dump(before)))
        domain.replace(conn, before, wanted["before"])
        after = domain.find(conn, slug)
        changes = {"before": [before.before, after.before]}
        record_staff_action(conn, "reminders.replace", slug, changes)
    return json_response(RemindersSchema().dump(after))
