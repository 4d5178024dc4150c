"""Quarantine: events whose handler failed permanently, and messages that are no events, until an operator decides.

The first stay in the inbox, as `quarantined`; the second are kept as the bytes that came. Both are listed together
and known by a UUID.
"""

from typing import Any
from uuid import UUID, uuid4

import orjson
from psycopg import Connection

from shared.database import execute, fetch_dicts, fetch_value
from shared.errors import Conflict, NotFound
from shared.events.envelope import NotAnEvent, check_routing_key, parse_envelope
from shared.messaging import inbox


def insert(conn: Connection, *, reason: str, routing_key: str, headers: dict[str, str], body: bytes) -> None:
    """Keep a message that is no event."""
    sql = """
        INSERT INTO quarantine (id, reason, routing_key, headers, body)
        VALUES (%(id)s, %(reason)s, %(routing_key)s, %(headers)s::jsonb, %(body)s)
    """
    printable = orjson.dumps(headers).decode().replace("\\u0000", "")
    execute(
        conn, sql, id=uuid4(), reason=reason, routing_key=routing_key.replace("\0", ""), headers=printable, body=body
    )


def select_all(
    conn: Connection,
    *,
    limit: int = 100,
    before: UUID | None = None,
    kind: str | None = None,
    source: str | None = None,
    reason: str | None = None,
    since: str | None = None,
) -> list[dict[str, Any]]:
    """Return quarantined events and messages, newest first; without the bodies, which may hold personal data. `before`
    is the last id of the page before; `kind` and `source` keep those of one type, of one publisher; `reason` those
    whose reason contains it, `since` those received since a moment (RFC 3339).
    """
    sql = """
        WITH waiting AS (
            SELECT event_id::uuid AS id, 'event' AS kind, type, source, subject, attempts, last_error AS reason,
                   received_at
              FROM inbox WHERE status = 'quarantined'
            UNION ALL
            SELECT id, 'message', routing_key, NULL, NULL, 0, reason, received_at
              FROM quarantine WHERE replayed_at IS NULL AND discarded_at IS NULL
        )
        SELECT * FROM waiting
         WHERE (%(before)s::uuid IS NULL
                OR (received_at, id) < (SELECT received_at, id FROM waiting WHERE id = %(before)s))
           AND (%(kind)s::text IS NULL OR type = %(kind)s)
           AND (%(source)s::text IS NULL OR source = %(source)s)
           AND (%(reason)s::text IS NULL OR position(%(reason)s IN reason) > 0)
           AND received_at >= coalesce(%(since)s::timestamptz, '-infinity')
         ORDER BY received_at DESC, id DESC
         LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, limit=limit, before=before, kind=kind, source=source, reason=reason, since=since)


def count(conn: Connection) -> int:
    return sum(count_kinds(conn).values())


def count_kinds(conn: Connection) -> dict[str, int]:
    """Return the numbers of quarantined events (`event`) and of messages that are no events (`message`)."""
    sql = """
        SELECT (SELECT count(*) FROM inbox WHERE status = 'quarantined') AS event,
               (SELECT count(*) FROM quarantine WHERE replayed_at IS NULL AND discarded_at IS NULL) AS message
    """
    return fetch_dicts(conn, sql)[0]


def body(conn: Connection, id: UUID) -> bytes:
    """The bytes of what was set aside. Raises NotFound."""
    sql = """
        SELECT convert_to(document::text, 'UTF8') FROM inbox WHERE event_id = %(id)s::text AND status = 'quarantined'
        UNION ALL
        SELECT body FROM quarantine WHERE id = %(id)s AND replayed_at IS NULL AND discarded_at IS NULL
    """
    found = fetch_value(conn, sql, id=id)
    if found is None:
        raise NotFound("Nothing in quarantine has this id.")
    return bytes(found)


def replay(conn: Connection, id: UUID) -> None:
    """Process a quarantined event or message again, with its original routing key. Raises NotFound, or Conflict if the
    message still is no event.
    """
    content = body(conn, id)
    if _requeue_event(conn, id):
        return
    try:
        envelope, document = parse_envelope(content)
        check_routing_key(envelope, _routing_key(conn, id))
        arrival = inbox.IncomingEvent(envelope, document)
    except NotAnEvent as reason:
        raise Conflict(f"It still cannot be read: {reason}", problem="still-not-an-event") from None
    inbox.insert(conn, [arrival])
    _settle(conn, id, replayed=True)


def discard(conn: Connection, id: UUID) -> None:
    """Decide that it is not wanted. Its row stays, so that the same event is not taken in again. Raises NotFound."""
    body(conn, id)
    sql = """
        UPDATE inbox SET status = 'discarded', finished_at = clock_timestamp()
         WHERE event_id = %(id)s::text AND status = 'quarantined'
    """
    if not execute(conn, sql, id=id):
        _settle(conn, id, replayed=False)


def _routing_key(conn: Connection, id: UUID) -> str:
    return fetch_value(conn, "SELECT routing_key FROM quarantine WHERE id = %(id)s", id=id)


def _requeue_event(conn: Connection, id: UUID) -> int:
    sql = """
        WITH again AS (
            UPDATE inbox SET status = 'pending', attempts = 0, next_attempt_at = '-infinity', finished_at = NULL
             WHERE event_id = %(id)s::text AND status = 'quarantined' RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_inbox', '') FROM again
    """
    return fetch_value(conn, sql, id=id)


def _settle(conn: Connection, id: UUID, *, replayed: bool) -> None:
    sql = """
        UPDATE quarantine
           SET replayed_at = CASE WHEN %(replayed)s THEN clock_timestamp() END,
               discarded_at = CASE WHEN NOT %(replayed)s THEN clock_timestamp() END
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id, replayed=replayed)
