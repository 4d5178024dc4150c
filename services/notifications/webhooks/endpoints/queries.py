"""SQL of webhooks, but for what is delivered to them. Secrets are encrypted before they come here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from services.notifications.messages.kinds import WEBHOOK_DISABLED
from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`since` is when it came to be in its state, and `reason` why it is disabled; `previous_until` is until when the
    secret before its present one signs too.
    """

    id: UUID
    position: int
    revision: int
    url: str
    owner_name: str
    owner_email: str
    description: str
    types: list[str]
    filters: dict[str, Any]
    state: str
    reason: str | None
    since: datetime
    failing_since: datetime | None
    created_at: datetime
    previous_until: datetime | None


def select_webhooks(conn: Connection, *, before: int | None, limit: int) -> list[Webhook]:
    """The newest first; `before` is the position that the page before ended with."""
    sql = """
        SELECT id, position, revision, url, owner_name, owner_email, description, types, filters, state, reason, since,
               failing_since, created_at, previous_until
          FROM webhooks
         WHERE %(before)s::bigint IS NULL OR position < %(before)s
         ORDER BY position DESC LIMIT %(limit)s
    """
    return fetch(conn, Webhook, sql, before=before, limit=limit)


def select_webhook(conn: Connection, id: UUID) -> Webhook | None:
    sql = """
        SELECT id, position, revision, url, owner_name, owner_email, description, types, filters, state, reason, since,
               failing_since, created_at, previous_until
          FROM webhooks WHERE id = %(id)s
    """
    return fetch_one(conn, Webhook, sql, id=id)


def lock_webhook(conn: Connection, id: UUID) -> bool:
    """Keep everybody else from changing it until the transaction ends; False where there is none."""
    return bool(execute(conn, "SELECT FROM webhooks WHERE id = %(id)s FOR NO KEY UPDATE", id=id))


def lock_count(conn: Connection) -> int:
    """How many there are; nobody else adds one until the transaction ends."""
    execute(conn, "SELECT pg_advisory_xact_lock(hashtext('webhooks:' || current_schema()))")
    return fetch_value(conn, "SELECT count(*) FROM webhooks")


def insert_webhook(conn: Connection, *, filters: dict[str, Any], **given: Any) -> None:
    sql = """
        INSERT INTO webhooks (id, url, owner_name, owner_email, description, types, filters, secret)
        VALUES (%(id)s, %(url)s, %(owner_name)s, %(owner_email)s, %(description)s, %(types)s, %(filters)s, %(secret)s)
    """
    execute(conn, sql, filters=Jsonb(filters), **given)


def update_webhook(conn: Connection, webhook: Webhook) -> None:
    """Let it be as `webhook` has it, in what staff may change, its state excepted."""
    sql = """
        UPDATE webhooks
           SET url = %(url)s, owner_name = %(owner_name)s, owner_email = %(owner_email)s,
               description = %(description)s, types = %(types)s, filters = %(filters)s, revision = revision + 1
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=webhook.id,
        url=webhook.url,
        owner_name=webhook.owner_name,
        owner_email=webhook.owner_email,
        description=webhook.description,
        types=webhook.types,
        filters=Jsonb(webhook.filters),
    )


def update_secret(conn: Connection, id: UUID, secret: bytes, *, hours: int) -> datetime:
    """Give it a new secret; the present one signs too for `hours`, and until when that is is returned."""
    sql = """
        UPDATE webhooks
           SET previous_secret = secret, previous_until = clock_timestamp() + make_interval(hours => %(hours)s),
               secret = %(secret)s, revision = revision + 1
         WHERE id = %(id)s
        RETURNING previous_until
    """
    return fetch_value(conn, sql, id=id, secret=secret, hours=hours)


@dataclass(frozen=True)
class EncryptedSecrets:
    """A webhook's secrets as they are kept; `previous_secret` is None where it does not sign any more."""

    id: UUID
    secret: bytes
    previous_secret: bytes | None


def lock_secrets(conn: Connection, id: UUID | None = None) -> list[EncryptedSecrets]:
    """Every webhook's secrets, or those of one, which nobody else changes until the transaction ends."""
    sql = """
        SELECT id, secret, CASE WHEN previous_until > clock_timestamp() THEN previous_secret END AS previous_secret
          FROM webhooks WHERE %(id)s::uuid IS NULL OR id = %(id)s ORDER BY id FOR UPDATE
    """
    return fetch(conn, EncryptedSecrets, sql, id=id)


def update_encrypted_secrets(conn: Connection, id: UUID, *, secret: bytes, previous_secret: bytes | None) -> None:
    """Keep the same secrets, encrypted anew: it is the webhook of the same revision."""
    sql = """
        UPDATE webhooks SET secret = %(secret)s, previous_secret = coalesce(%(previous_secret)s, previous_secret)
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id, secret=secret, previous_secret=previous_secret)


def enable(conn: Connection, id: UUID) -> bool:
    """Call it again, as if it had never failed; False where it is active."""
    sql = """
        UPDATE webhooks
           SET state = 'active', reason = NULL, since = clock_timestamp(), failing_since = NULL, revision = revision + 1
         WHERE id = %(id)s AND state = 'disabled'
    """
    return bool(execute(conn, sql, id=id))


def disable(conn: Connection, id: UUID, *, reason: str) -> bool:
    """Call it no more; False where it is disabled already."""
    sql = """
        UPDATE webhooks
           SET state = 'disabled', reason = %(reason)s, since = clock_timestamp(), revision = revision + 1
         WHERE id = %(id)s AND state = 'active'
    """
    return bool(execute(conn, sql, id=id, reason=reason))


def insert_mail(conn: Connection, id: UUID, *, event_id: UUID, context: dict[str, Any]) -> None:
    """A mail to the owner, once for each time that it is disabled."""
    sql = """
        WITH added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, recipient, context)
            SELECT %(kind)s, %(topic)s, id, md5(id || ' ' || revision)::uuid, %(event_id)s, revision, programme_now(),
                   owner_email, %(context)s
              FROM webhooks WHERE id = %(id)s AND owner_email <> ''
            ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_webhooks', '') FROM added
    """
    kind = WEBHOOK_DISABLED
    execute(conn, sql, id=id, kind=kind.name, topic=kind.topic, event_id=event_id, context=Jsonb(context))


def delete_webhook(conn: Connection, id: UUID) -> bool:
    """Forget it with all that it was told, and with a mail about it that waits; False where there is none."""
    sql = """
        UPDATE messages SET state = 'superseded', reason = 'the webhook was deleted', next_attempt_at = NULL
         WHERE subject = %(id)s AND kind = %(kind)s AND state IN ('queued', 'retry', 'in_doubt')
    """
    execute(conn, sql, id=id, kind=WEBHOOK_DISABLED.name)
    return bool(execute(conn, "DELETE FROM webhooks WHERE id = %(id)s", id=id))


def fail_waiting(conn: Connection, webhook_id: UUID, *, error: str) -> None:
    """Nothing that waits for this endpoint is sent any more."""
    sql = """
        UPDATE webhook_deliveries SET state = 'failed', error = %(error)s, next_attempt_at = NULL
         WHERE webhook_id = %(webhook_id)s AND state IN ('queued', 'retry')
    """
    execute(conn, sql, webhook_id=webhook_id, error=error)
