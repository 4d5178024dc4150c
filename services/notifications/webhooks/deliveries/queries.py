"""SQL of what outside sites are to be told, but for how it leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from shared.database import execute, fetch, fetch_one, fetch_value
from shared.events.envelope import Envelope

# How often a delivery is tried before it has failed.
TRIES = 10


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """`status` is what the site last answered, None where it did not."""

    id: UUID
    position: int
    webhook_id: UUID
    event_id: UUID
    type: str
    subject: str
    sequence: int
    body: str
    state: str
    attempts: int
    queued_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    status: int | None
    milliseconds: int | None
    error: str | None


@dataclass(frozen=True)
class Attempt:
    at: datetime
    status: int | None
    milliseconds: int
    error: str | None


@dataclass(frozen=True)
class WaitingDeliveries:
    """Deliveries that wait for their first and for a later try, and endpoints whose last call failed."""

    queued: int
    retry: int
    failing: int


def count_waiting(conn: Connection) -> WaitingDeliveries:
    """How much waits to be told."""
    sql = """
        SELECT count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state = 'retry') AS retry,
               (SELECT count(*) FROM webhooks WHERE state = 'active' AND failing_since IS NOT NULL) AS failing
          FROM webhook_deliveries WHERE state IN ('queued', 'retry')
    """
    return fetch(conn, WaitingDeliveries, sql)[0]


def has_subscribers(conn: Connection, names: list[str]) -> bool:
    """Whether any endpoint asked for one of these types: mostly there is none, and nothing has to be written."""
    sql = "SELECT EXISTS (SELECT FROM webhooks WHERE state = 'active' AND types && %(names)s)"
    return fetch_value(conn, sql, names=names)


def insert_deliveries(
    conn: Connection, envelope: Envelope, *, names: list[str], facts: dict[str, Any], body: str
) -> None:
    """Tell every active endpoint that asked for one of `names`, and each of whose filters one of the facts matches;
    once for an event, however often this is called.
    """
    sql = """
        WITH told AS (
            SELECT id FROM webhooks
             WHERE state = 'active' AND types && %(names)s
               AND NOT EXISTS (
                   SELECT FROM (SELECT %(facts)s::jsonb -> key AS known, value AS wanted
                                  FROM jsonb_each(filters - 'terms')
                                UNION ALL
                                SELECT %(facts)s::jsonb -> 'terms' -> key, value
                                  FROM jsonb_each(coalesce(filters -> 'terms', '{}'))) AS pairs
                    WHERE NOT coalesce(known, '[]') ?| ARRAY(SELECT jsonb_array_elements_text(wanted)))
               FOR KEY SHARE
        ), added AS (
            INSERT INTO webhook_deliveries (webhook_id, event_id, type, subject, sequence, body, tries_left)
            SELECT id, %(event_id)s, %(type)s, %(subject)s, %(sequence)s, %(body)s, %(tries)s FROM told
            ON CONFLICT (webhook_id, event_id) DO NOTHING
            RETURNING 1
        )
        SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify(current_schema() || '_webhooks', '') END FROM added
    """
    execute(
        conn,
        sql,
        names=names,
        facts=Jsonb(facts),
        event_id=envelope.id,
        type=envelope.type,
        subject=envelope.subject,
        sequence=envelope.sequence,
        body=body,
        tries=TRIES,
    )


def insert_ping(conn: Connection, webhook_id: UUID, *, event_id: UUID, type: str, sequence: int, body: str) -> UUID:
    """A message that tells of nothing, and is tried once; the delivery's id."""
    sql = """
        WITH added AS (
            INSERT INTO webhook_deliveries (webhook_id, event_id, type, subject, sequence, body, tries_left)
            VALUES (%(webhook_id)s, %(event_id)s, %(type)s, %(webhook_id)s, %(sequence)s, %(body)s, 1) RETURNING id
        )
        SELECT id, pg_notify(current_schema() || '_webhooks', '') FROM added
    """
    return fetch_value(conn, sql, webhook_id=webhook_id, event_id=event_id, type=type, sequence=sequence, body=body)


def select_deliveries(
    conn: Connection, webhook_id: UUID, *, state: str | None, before: int | None, limit: int
) -> list[Delivery]:
    """The newest first; `before` is the position that the page before ended with."""
    sql = """
        SELECT id, position, webhook_id, event_id, type, subject, sequence, body, state, attempts, queued_at,
               next_attempt_at, delivered_at, status, milliseconds, error
          FROM webhook_deliveries
         WHERE webhook_id = %(webhook_id)s
           AND (%(state)s::text IS NULL OR state = %(state)s)
           AND (%(before)s::bigint IS NULL OR position < %(before)s)
         ORDER BY position DESC LIMIT %(limit)s
    """
    return fetch(conn, Delivery, sql, webhook_id=webhook_id, state=state, before=before, limit=limit)


def select_delivery(conn: Connection, webhook_id: UUID, id: UUID) -> Delivery | None:
    sql = """
        SELECT id, position, webhook_id, event_id, type, subject, sequence, body, state, attempts, queued_at,
               next_attempt_at, delivered_at, status, milliseconds, error
          FROM webhook_deliveries WHERE id = %(id)s AND webhook_id = %(webhook_id)s
    """
    return fetch_one(conn, Delivery, sql, webhook_id=webhook_id, id=id)


def select_attempts(conn: Connection, id: UUID) -> list[Attempt]:
    """The calls that were made for a delivery, the first first."""
    sql = """
        SELECT at, status, milliseconds, error FROM webhook_attempts AS attempt
         WHERE delivery_id = %(id)s ORDER BY attempt.id
    """
    return fetch(conn, Attempt, sql, id=id)


def requeue(conn: Connection, id: UUID, *, tries: int) -> bool:
    """Send it now, and up to `tries` times; False while somebody is just sending it."""
    sql = """
        WITH again AS (
            UPDATE webhook_deliveries
               SET state = 'queued', next_attempt_at = clock_timestamp(), tries_left = %(tries)s
             WHERE id = %(id)s AND state <> 'claimed' RETURNING 1
        )
        SELECT count(*) > 0, pg_notify(current_schema() || '_webhooks', '') FROM again
    """
    return fetch_value(conn, sql, id=id, tries=tries)


def forget(conn: Connection, *, days: int, attempt_days: int) -> None:
    """Delete calls that were made, and deliveries that came to an end, so many days ago."""
    sql = "DELETE FROM webhook_attempts WHERE at < clock_timestamp() - make_interval(days => %(days)s)"
    execute(conn, sql, days=attempt_days)
    sql = """
        DELETE FROM webhook_deliveries
         WHERE state IN ('delivered', 'failed') AND queued_at < clock_timestamp() - make_interval(days => %(days)s)
    """
    execute(conn, sql, days=days)
