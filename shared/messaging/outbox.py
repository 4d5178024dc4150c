"""The outbox: events recorded in the transaction that makes them true."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection
from structlog.contextvars import get_contextvars

from shared import runtime, tracing
from shared.database import execute, fetch, fetch_dicts, fetch_value
from shared.events.envelope import Event, wrap
from shared.messaging import spans

# For a statement that has a relation `given (document, place)`; it also wakes the relay.
INSERT_GIVEN: LiteralString = """
    INSERT INTO outbox (event_id, type, aggregate, subject, sequence, document)
    SELECT (document ->> 'id')::uuid, document ->> 'type', split_part(document ->> 'type', '.', 2),
           document ->> 'subject', (document ->> 'sequence')::bigint, document
      FROM given ORDER BY given.place
    RETURNING pg_notify(current_schema() || '_outbox', '')
"""


@dataclass(frozen=True)
class Unpublished:
    position: int
    event_id: UUID
    type: str
    body: bytes
    traceparent: str | None = None


def add(conn: Connection, *events: Event) -> None:
    """Record events, to be published in this order once the transaction commits.

    The caller holds the lock of each event's aggregate and took its sequence under it. Raises
    `marshmallow.ValidationError` where an event breaks its contract, which is a bug of ours.
    """
    if events:
        _insert(conn, [wrap_event(event) for event in events])


def wrap_event(event: Event) -> dict[str, Any]:
    """The document of an event of this moment, caused by what the process is at. Raises as `add` does."""
    context = get_contextvars()
    making = spans.start_create_span(event.type, context.get("traceparent"))
    envelope, document = wrap(
        event,
        time=runtime.current().clock.now(),
        correlation_id=context.get("correlation_id") or context.get("request_id"),
        traceparent=tracing.traceparent_of(making, context.get("traceparent")),
    )
    if making:
        making.set_attribute("messaging.message.id", str(envelope.id))
        making.end()
    return document


def _insert(conn: Connection, documents: list[dict[str, Any]]) -> None:
    given: LiteralString = """
        WITH given AS (
            SELECT document, place
              FROM jsonb_array_elements(%(documents)s::jsonb) WITH ORDINALITY AS element (document, place)
        )
    """
    execute(conn, given + INSERT_GIVEN, documents=orjson.dumps(documents).decode())


def select_unpublished(conn: Connection, *, limit: int, besides: Sequence[int] = ()) -> list[Unpublished]:
    """Return the events that the relay publishes next: by status, never by a cursor, in order per aggregate; without
    `besides`, the positions that are on their way.

    A row that waits for its next attempt holds back the later ones of its own aggregate, and no others. None that is
    published waits, so only the index of those that wait can answer which do.
    """
    sql = """
        SELECT position, event_id, type, convert_to(document::text, 'UTF8') AS body,
               document ->> 'traceparent' AS traceparent
          FROM outbox AS ready
         WHERE published_at IS NULL AND position <> ALL(%(besides)s::bigint[])
           AND NOT EXISTS (SELECT FROM outbox AS held
                            WHERE held.next_attempt_at > '-infinity' AND held.next_attempt_at > clock_timestamp()
                              AND held.aggregate = ready.aggregate AND held.subject = ready.subject
                              AND held.position <= ready.position)
         ORDER BY position
         LIMIT %(limit)s
    """
    return fetch(conn, Unpublished, sql, limit=limit, besides=list(besides))


def mark_published(conn: Connection, event_ids: Iterable[UUID]) -> int:
    """Mark what the broker confirmed; nothing else ever marks."""
    sql = """
        UPDATE outbox SET published_at = clock_timestamp(), next_attempt_at = '-infinity', last_error = NULL
         WHERE event_id = ANY(%(event_ids)s) AND published_at IS NULL
    """
    return execute(conn, sql, event_ids=list(event_ids))


def postpone(conn: Connection, event_ids: Iterable[UUID], *, error: str) -> int:
    """Count a failed attempt of the events that the broker refused, and wait before the next: 1 s doubling up to 5
    min.
    """
    sql = """
        UPDATE outbox
           SET attempts = attempts + 1, last_error = %(error)s,
               next_attempt_at = clock_timestamp()
                   + least(power(2, least(attempts, 10)), 300) * (0.5 + random() / 2) * interval '1 second'
         WHERE event_id = ANY(%(event_ids)s) AND published_at IS NULL
    """
    return execute(conn, sql, event_ids=list(event_ids), error=error)


def replay(
    conn: Connection,
    *,
    since: str,
    kind: str | None = None,
    aggregate: str | None = None,
    subject: str | None = None,
) -> int:
    """Publish again, under the same ids, everything recorded since a moment (RFC 3339); consumers that have it do
    nothing. `kind`, `aggregate` and `subject` keep one type, such things, one of them.

    For a broker that lost its data, or a binding that was missing. Returns how many events it will publish.
    """
    sql = """
        WITH again AS (
            UPDATE outbox SET published_at = NULL, next_attempt_at = '-infinity'
             WHERE created_at >= %(since)s::timestamptz AND published_at IS NOT NULL
               AND (%(kind)s::text IS NULL OR type = %(kind)s)
               AND (%(aggregate)s::text IS NULL OR aggregate = %(aggregate)s)
               AND (%(subject)s::text IS NULL OR subject = %(subject)s)
            RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_outbox', '') FROM again
    """
    return fetch_value(conn, sql, since=since, kind=kind, aggregate=aggregate, subject=subject)


def select_waiting(conn: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Return events that are not published yet, oldest first, with the last error; without the documents."""
    sql = """
        SELECT event_id AS id, type, subject, sequence, created_at, attempts, last_error AS error,
               CASE WHEN next_attempt_at > clock_timestamp() THEN next_attempt_at END AS next_attempt_at
          FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, limit=limit)


def delete_published(conn: Connection, *, days: int) -> int:
    """Delete what was published so long ago that no replay will want it."""
    sql = "DELETE FROM outbox WHERE published_at < clock_timestamp() - make_interval(days => %(days)s)"
    return execute(conn, sql, days=days)


def depth(conn: Connection) -> dict[str, Any]:
    """Return the number of events that wait to be published, and the age of the oldest in seconds."""
    sql = """
        SELECT count(*) AS depth,
               coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float AS oldest_seconds
          FROM outbox WHERE published_at IS NULL
    """
    return fetch_dicts(conn, sql)[0]
