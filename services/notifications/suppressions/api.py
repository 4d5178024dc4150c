"""Suppressions for staff."""

from typing import Any
from uuid import UUID

from flask import Response

from services.notifications.suppressions import domain, queries
from services.notifications.suppressions.queries import Suppression
from services.notifications.suppressions.schemas import (
    SuppressionSchema,
    SuppressionsQuery,
    SuppressionsSchema,
    SuppressSchema,
)
from shared.http import Blueprint
from shared.http.audit_api import record_staff_action
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.responses import json_response
from shared.runtime import connection, transaction

staff = Blueprint(
    "suppressions", __name__, url_prefix="/notifications/v1", description="Addresses that no mail goes to"
)


@staff.get("/suppressions")
@staff.staff("notifications:read")
@staff.arguments(SuppressionsQuery, location="query")
@staff.response(200, SuppressionsSchema)
def list_suppressions(query: dict[str, Any]) -> Response:
    """The addresses that no mail goes to, the newest first."""
    limit, (before,) = query["limit"], decode_cursor(query["cursor"], int) or (None,)
    email = domain.fold(query["email"]) if query["email"] else None
    with connection() as conn:
        found = queries.select(conn, email=email, before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    body, headers = page(SuppressionSchema(many=True).dump(found[:limit]), more)
    return json_response(body, headers=headers)


@staff.post("/suppressions")
@staff.staff("notifications:write")
@staff.arguments(SuppressSchema)
@staff.response(201, SuppressionSchema)
@staff.alt_response(200, schema=SuppressionSchema, description="No mail went there already")
def suppress_address(wanted: dict[str, Any]) -> tuple[Suppression, int]:
    """Let no mail go to an address any more, what waits included."""
    with transaction() as conn:
        new = domain.suppress(conn, wanted["email"], reason="staff", detail=wanted["detail"])
        [found] = queries.select(conn, email=domain.fold(wanted["email"]), before=None, limit=1)
        if new:
            record_staff_action(conn, "suppression.add", found.id)
    return found, 201 if new else 200


@staff.delete("/suppressions/<uuid:id>")
@staff.staff("notifications:write")
@staff.response(204)
def lift_suppression(id: UUID) -> None:
    """Let mail go to an address again."""
    with transaction() as conn:
        domain.lift(conn, id)
        record_staff_action(conn, "suppression.lift", id)
