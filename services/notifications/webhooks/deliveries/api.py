"""The log of what outside sites were told, test messages and redelivery, for staff."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response
from psycopg import Connection

from services.notifications.webhooks.deliveries import queries
from services.notifications.webhooks.deliveries.queries import TRIES, Delivery
from services.notifications.webhooks.deliveries.schemas import (
    WebhookDeliveriesQuery,
    WebhookDeliveriesSchema,
    WebhookDeliveryDetailSchema,
    WebhookDeliverySchema,
)
from services.notifications.webhooks.endpoints import domain as endpoints
from services.notifications.webhooks.payloads import PING, write_body
from shared import runtime
from shared.errors import Conflict, NotFound
from shared.http import Blueprint
from shared.http.audit_api import record_staff_action
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.responses import json_response
from shared.runtime import transaction

staff = Blueprint(
    "webhook-deliveries",
    __name__,
    url_prefix="/notifications/v1/webhooks/<uuid:id>",
    description="What outside sites were told, and what they answered",
)


@staff.post("/ping")
@staff.staff("notifications:write")
@staff.response(202, WebhookDeliverySchema)
def ping_webhook(id: UUID) -> Delivery:
    """Send a test message, once and at once, also to a webhook that is disabled; its delivery tells how it went."""
    now = runtime.current().clock.now()
    with transaction() as conn:
        webhook = endpoints.find(conn, id)
        body = write_body(PING, now, subject=str(id), sequence=webhook.revision, data={"webhook": str(id)})
        made = queries.insert_ping(conn, id, event_id=uuid4(), type=PING, sequence=webhook.revision, body=body)
        _note(conn, "webhook.ping", id, made)
        return _find(conn, id, made)


@staff.get("/deliveries")
@staff.staff("notifications:read")
@staff.arguments(WebhookDeliveriesQuery, location="query")
@staff.response(200, WebhookDeliveriesSchema)
def list_deliveries(query: dict[str, Any], id: UUID) -> Response:
    """What a site was told in the last 35 days, the newest first."""
    limit, (before,) = query["limit"], decode_cursor(query["cursor"], int) or (None,)
    with transaction() as conn:
        endpoints.find(conn, id)
        found = queries.select_deliveries(conn, id, state=query["state"], before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    body, headers = page(WebhookDeliverySchema(many=True).dump(found[:limit]), more)
    return json_response(body, headers=headers)


@staff.get("/deliveries/<uuid:delivery>")
@staff.staff("notifications:read")
@staff.response(200, WebhookDeliveryDetailSchema)
def show_delivery(id: UUID, delivery: UUID) -> Response:
    """One delivery: what was sent, to the letter, and each call that was made."""
    with transaction() as conn:
        found = _find(conn, id, delivery)
        calls = queries.select_attempts(conn, delivery)
    return json_response(WebhookDeliveryDetailSchema().dump({**vars(found), "calls": calls}))


@staff.post("/deliveries/<uuid:delivery>/redeliver")
@staff.staff("notifications:write")
@staff.response(202, WebhookDeliverySchema)
def redeliver(id: UUID, delivery: UUID) -> Delivery:
    """Send the same again, now, under the same `webhook-id`, and try it as often as at first. Of a webhook that is
    disabled nothing is sent: enable it first.
    """
    with transaction() as conn:
        found, webhook = _find(conn, id, delivery), endpoints.lock(conn, id)
        if webhook.state == "disabled":
            raise Conflict("The webhook is disabled: enable it first.", problem="webhook-disabled")
        if not queries.requeue(conn, delivery, tries=1 if found.type == PING else TRIES):
            raise Conflict("It is being sent at this moment.", problem="delivery-under-way")
        _note(conn, "webhook.redeliver", id, delivery)
        return _find(conn, id, delivery)


def _find(conn: Connection, webhook_id: UUID, id: UUID) -> Delivery:
    """Raises NotFound, also for a delivery of another webhook."""
    found = queries.select_delivery(conn, webhook_id, id)
    if found is None:
        raise NotFound("This webhook has no such delivery.")
    return found


def _note(conn: Connection, action: str, id: UUID, delivery: UUID) -> None:
    changes = {"delivery": [None, str(delivery)]}
    record_staff_action(conn, action, id, changes)
