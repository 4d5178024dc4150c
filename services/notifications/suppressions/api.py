"""Suppressions for staff, and bounces from the mail provider."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request
from psycopg import Connection

from services.notifications.subscriptions import domain as subscriptions
from services.notifications.suppressions import domain, notices, queries
from services.notifications.suppressions.queries import Suppression
from services.notifications.suppressions.reports import read_notice
from services.notifications.suppressions.schemas import (
    BouncesSchema,
    SuppressedSchema,
    SuppressionSchema,
    SuppressionsQuery,
    SuppressionsSchema,
    SuppressSchema,
)
from shared.http import Blueprint
from shared.http.audit_api import record_staff_action
from shared.http.blueprint import consumes, load_body
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.responses import json_response
from shared.runtime import connection, transaction

staff = Blueprint(
    "suppressions", __name__, url_prefix="/notifications/v1", description="Addresses that no mail goes to"
)

FORMATS = {
    "required": True,
    "content": {
        "application/json": {"schema": BouncesSchema},
        "message/rfc822": {"schema": {"type": "string", "description": "A delivery status notification (RFC 3464)"}},
    },
}


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


@staff.post("/bounces")
@staff.staff("notifications:bounces")
@staff.doc(requestBody=FORMATS)
@consumes("application/json", "message/rfc822")
@staff.response(200, SuppressedSchema)
def report_bounces() -> dict[str, Any]:
    """Tell of mails that came back, or were called spam, as a mail provider's webhook or a mailbox for bounces does.

    The same again changes nothing. A notification counts only where it names a mail that we sent, by its Message-ID or
    envelope id, and the address that this mail went to; then an address that does not exist gets no more mail. A server
    that refuses us, a full mailbox, and whatever may pass suppress nobody.
    """
    if request.mimetype == "message/rfc822":
        notice = read_notice(request.get_data())
        with transaction() as conn:
            taken = notices.take_in(conn, notice)
    else:
        bounces = load_body(BouncesSchema(), request.get_json())["bounces"]
        with transaction() as conn:
            taken = _take_in(conn, [one for one in bounces if _is_final(one)])
    return {"suppressed": taken.suppressed} | ({"ignored": list(taken.ignored)} if taken.ignored else {})


def _take_in(conn: Connection, bounces: Sequence[dict[str, Any]]) -> notices.Taken:
    """What a provider tells is believed by its credential; a message that it names must be one to this address."""
    suppressed, ignored = 0, []
    for one in bounces:
        if one["message_id"] and not notices.is_mailed(conn, one["message_id"], one["email"]):
            ignored.append(notices.UNPROVED)
            continue
        suppressed += domain.suppress(conn, one["email"], reason=one["kind"], detail=one["detail"])
        if one["kind"] == "complaint":
            subscriptions.stop(conn, domain.fold(one["email"]))
    return notices.Taken(suppressed, tuple(ignored))


def _is_final(bounce: dict[str, Any]) -> bool:
    return bounce["kind"] == "complaint" or bounce["permanent"]
