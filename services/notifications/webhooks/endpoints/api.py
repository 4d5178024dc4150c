"""Webhooks, for staff."""

from typing import Any
from uuid import UUID

from flask import Response
from psycopg import Connection

from services.notifications.webhooks.endpoints import domain, queries
from services.notifications.webhooks.endpoints.queries import Webhook
from services.notifications.webhooks.endpoints.schemas import (
    NewWebhookSchema,
    WebhookChangesSchema,
    WebhookCreatedSchema,
    WebhookSchema,
    WebhookSecretSchema,
    WebhooksSchema,
)
from shared.http import Blueprint, conditional
from shared.http.audit_api import record_staff_action
from shared.http.pagination import PageQuery, decode_cursor, encode_cursor, page
from shared.http.responses import etag_for, json_response
from shared.runtime import connection, settings, transaction

staff = Blueprint(
    "webhooks",
    __name__,
    url_prefix="/notifications/v1/webhooks",
    description="Outside sites that are called when something of the programme changes (Standard Webhooks)",
)

# The log of what staff did names no persons.
PERSONAL = ("owner_name", "owner_email")


@staff.get("")
@staff.staff("notifications:read")
@staff.arguments(PageQuery, location="query")
@staff.response(200, WebhooksSchema)
def list_webhooks(query: dict[str, Any]) -> Response:
    """Every webhook, the newest first."""
    limit, (before,) = query["limit"], decode_cursor(query["cursor"], int) or (None,)
    with connection() as conn:
        found = queries.select_webhooks(conn, before=before, limit=limit + 1)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    body, headers = page(WebhookSchema(many=True).dump(found[:limit]), more)
    return json_response(body, headers=headers)


# What is created here has a secret that is shown once: so no answer is kept by an idempotency key.
@staff.post("")
@staff.staff("notifications:write")
@staff.arguments(NewWebhookSchema)
@staff.response(201, WebhookCreatedSchema)
def create_webhook(wanted: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Call an outside site from now on. The answer holds its secret, which is not shown again.

    There are 100 webhooks at most.
    """
    with transaction() as conn:
        made, secret = domain.create(conn, settings(), wanted)
        _note(conn, "webhook.create", made.id, {name: [None, getattr(made, name)] for name in wanted})
    location = f"/notifications/v1/webhooks/{made.id}"
    return {**vars(made), "secret": secret}, 201, {"Location": location, "Cache-Control": "no-store"}


@staff.get("/<uuid:id>")
@staff.staff("notifications:read")
@staff.response(200, WebhookSchema)
def show_webhook(id: UUID) -> Response:
    """One webhook, and how it is. Its secret is not shown."""
    with connection() as conn:
        return json_response(WebhookSchema().dump(domain.find(conn, id)))


@staff.patch("/<uuid:id>")
@staff.staff("notifications:write")
@staff.arguments(WebhookChangesSchema(partial=True))
@staff.response(200, WebhookSchema)
def change_webhook(wanted: dict[str, Any], id: UUID) -> Response:
    """Change a webhook, disable it or enable it again, from the version that `If-Match` names."""
    if "url" in wanted:
        domain.check_url(settings(), wanted["url"])
    with transaction() as conn:
        before = domain.lock(conn, id)
        conditional.require_match(etag_for(WebhookSchema().dump(before)))
        after = domain.change(conn, before, wanted)
        _note(conn, "webhook.change", id, _differences(before, after, wanted))
    return json_response(WebhookSchema().dump(after))


@staff.delete("/<uuid:id>")
@staff.staff("notifications:write")
@staff.response(204)
def delete_webhook(id: UUID) -> None:
    """Call an outside site no more, and forget what it was told."""
    with transaction() as conn:
        domain.delete(conn, id)
        _note(conn, "webhook.delete", id, {})


@staff.post("/<uuid:id>/secret")
@staff.staff("notifications:write")
@staff.response(200, WebhookSecretSchema)
def rotate_secret(id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a new secret, which is not shown again. For 24 hours each message is signed by it and by the one before, so
    that the site can change over when it likes.
    """
    with transaction() as conn:
        secret, until = domain.rotate(conn, settings(), id)
        _note(conn, "webhook.rotate-secret", id, {})
    return {"secret": secret, "previous_until": until}, 200, {"Cache-Control": "no-store"}


def _differences(before: Webhook, after: Webhook, wanted: dict[str, Any]) -> dict[str, list[Any]]:
    pairs = {name: [getattr(before, name), getattr(after, name)] for name in wanted}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _note(conn: Connection, action: str, id: UUID, changes: dict[str, Any]) -> None:
    shown = {name: pair for name, pair in changes.items() if name not in PERSONAL}
    record_staff_action(conn, action, id, shown)
