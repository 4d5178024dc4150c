"""What becomes of a webhook."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from services.notifications.formats.private_hosts import parse_allowed
from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.endpoints import queries
from services.notifications.webhooks.endpoints.queries import Webhook
from services.notifications.webhooks.endpoints.secret_encryption import encrypt_secret, is_readable, make_secret
from services.notifications.webhooks.http_client.urls import parse_url
from shared.errors import Conflict, Invalid, NotFound

MOST = 100
# Hours for which the secret before the present one signs too.
OVERLAP_HOURS = 24
BY_STAFF = "disabled by staff"


def create(conn: Connection, settings: NotificationsSettings, wanted: dict[str, Any]) -> tuple[Webhook, str]:
    """A new one, and its secret, which is not shown again. Raises Invalid for its URL, or Conflict where there are as
    many as there may be.
    """
    check_url(settings, wanted["url"])
    if queries.lock_count(conn) >= MOST:
        raise Conflict(f"There are {MOST} webhooks already: delete one first.", problem="too-many-webhooks")
    id, secret = uuid4(), make_secret()
    queries.insert_webhook(conn, id=id, secret=encrypt_secret(settings, id, secret), **wanted)
    return find(conn, id), secret


def check_url(settings: NotificationsSettings, url: str) -> None:
    """Raises Invalid where this cannot be the URL of an outside site."""
    try:
        parse_url(url, parse_allowed(settings.webhook_allow))
    except ValueError as error:
        raise Invalid({"url": [str(error)]}) from None


def find(conn: Connection, id: UUID) -> Webhook:
    """The webhook of this id. Raises NotFound."""
    found = queries.select_webhook(conn, id)
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


def lock(conn: Connection, id: UUID) -> Webhook:
    """As `find`, and nobody else changes it until the transaction ends. Raises NotFound."""
    queries.lock_webhook(conn, id)
    return find(conn, id)


def change(conn: Connection, before: Webhook, wanted: dict[str, Any]) -> Webhook:
    """Let it be as wanted, from the next call on."""
    state = wanted.get("state", before.state)
    known = {field.name for field in fields(Webhook)}
    changed = replace(before, **{name: value for name, value in wanted.items() if name in known})
    if changed != replace(before, state=state):
        queries.update_webhook(conn, changed)
    if state == "active":
        queries.enable(conn, before.id)
    else:
        disable(conn, before.id, reason=BY_STAFF)
    return find(conn, before.id)


def disable(conn: Connection, id: UUID, *, reason: str) -> bool:
    """Call it no more, for what waits included; False where it is disabled already."""
    if not queries.disable(conn, id, reason=reason):
        return False
    queries.fail_waiting(conn, id, error="the webhook was disabled")
    return True


def rotate(conn: Connection, settings: NotificationsSettings, id: UUID) -> tuple[str, datetime]:
    """A new secret, which is not shown again, and until when the one before signs too: not at all, where no key can
    read it any more. Raises NotFound.
    """
    lock(conn, id)
    [present] = queries.lock_secrets(conn, id)
    hours = OVERLAP_HOURS if is_readable(settings, id, present.secret) else 0
    secret = make_secret()
    return secret, queries.update_secret(conn, id, encrypt_secret(settings, id, secret), hours=hours)


def delete(conn: Connection, id: UUID) -> None:
    """Forget it with all that it was told. Raises NotFound."""
    if not queries.delete_webhook(conn, id):
        raise NotFound("There is no such webhook.")
