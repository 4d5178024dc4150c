"""Reports of bounces and complaints from the mail provider."""

from collections.abc import Sequence
from typing import Any

from flask import request
from psycopg import Connection

from services.notifications.bounces import domain
from services.notifications.bounces.delivery_reports import parse_delivery_report
from services.notifications.bounces.schemas import BouncesSchema, SuppressedSchema
from services.notifications.subscriptions import domain as subscriptions
from services.notifications.suppressions import domain as suppressions
from shared.http import Blueprint
from shared.http.blueprint import consumes, load_body
from shared.runtime import transaction

staff = Blueprint("bounces", __name__, url_prefix="/notifications/v1", description="Mails that came back")

FORMATS = {
    "required": True,
    "content": {
        "application/json": {"schema": BouncesSchema},
        "message/rfc822": {"schema": {"type": "string", "description": "A delivery status notification (RFC 3464)"}},
    },
}


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
        notice = parse_delivery_report(request.get_data())
        with transaction() as conn:
            taken = domain.apply_report(conn, notice)
    else:
        bounces = load_body(BouncesSchema(), request.get_json())["bounces"]
        with transaction() as conn:
            taken = _take_in(conn, [one for one in bounces if _is_final(one)])
    return {"suppressed": taken.suppressed} | ({"ignored": list(taken.ignored)} if taken.ignored else {})


def _take_in(conn: Connection, bounces: Sequence[dict[str, Any]]) -> domain.BounceResult:
    """What a provider tells is believed by its credential; a message that it names must be one to this address."""
    suppressed, ignored = 0, []
    for one in bounces:
        if one["message_id"] and not domain.is_mailed(conn, one["message_id"], one["email"]):
            ignored.append(domain.UNPROVEN)
            continue
        suppressed += suppressions.suppress(conn, one["email"], reason=one["kind"], detail=one["detail"])
        if one["kind"] == "complaint":
            subscriptions.stop(conn, suppressions.fold(one["email"]))
    return domain.BounceResult(suppressed, tuple(ignored))


def _is_final(bounce: dict[str, Any]) -> bool:
    return bounce["kind"] == "complaint" or bounce["permanent"]
