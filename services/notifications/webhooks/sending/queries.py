"""SQL of the sending of deliveries: each function is one step from state to state.

A sender is a number whose advisory lock its database connection holds, as in `services.notifications.delivery.queries`.
Its claims count up a row's `fence`, and what it writes is refused once somebody else has claimed the row since.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_one


@dataclass(frozen=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that this sender has. `previous_secret` is None where it does not sign any more; `slow` is
    whether the last call of its endpoint failed, or took long.
    """

    id: UUID
    webhook_id: UUID
    event_id: UUID
    type: str
    body: str
    fence: int
    tries_left: int
    url: str
    secret: bytes
    previous_secret: bytes | None
    slow: bool


@dataclass(frozen=True)
class EndpointFailure:
    """An endpoint that failed just now; `expired` is whether it has for longer than it may."""

    state: str
    expired: bool


def reclaim_expired(conn: Connection, *, number: int) -> list[UUID]:
    """Take back what other senders claimed who are gone, or who let their lease run out: it is sent once more, since
    nobody can tell whether it was taken.
    """
    sql = """
        WITH senders AS MATERIALIZED (
            SELECT DISTINCT claimed_by FROM webhook_deliveries WHERE state = 'claimed' AND claimed_by <> %(number)s
        ), gone AS MATERIALIZED (
            SELECT claimed_by FROM senders
             WHERE pg_try_advisory_xact_lock(hashtext('sender:' || current_schema()), claimed_by)
        )
        UPDATE webhook_deliveries
           SET state = CASE WHEN attempts > 0 THEN 'retry' ELSE 'queued' END, claimed_by = NULL, lease_until = NULL
         WHERE state = 'claimed'
           AND (claimed_by IN (SELECT claimed_by FROM gone) OR lease_until < clock_timestamp())
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"number": number})]


def lock_claiming(conn: Connection) -> None:
    """Let one sender claim at a time, until the transaction ends: else two of them count the same calls."""
    execute(conn, "SELECT pg_advisory_xact_lock(hashtext('webhook-claims:' || current_schema()))")


def claim(conn: Connection, *, number: int, lease: float, slow: bool, each: int, limit: int) -> list[ClaimedDelivery]:
    """Claim what is next for `lease` seconds, of endpoints that failed last or took long, or of the others: `each`
    of an endpoint at most, those of all senders counted, and the first of every endpoint before the second of any.
    """
    sql = """
        WITH due AS (
            SELECT head.id, head.webhook_id
              FROM webhooks AS webhook
             CROSS JOIN LATERAL (SELECT count(*) AS calls FROM webhook_deliveries
                                  WHERE webhook_id = webhook.id AND state = 'claimed') AS busy
             CROSS JOIN LATERAL (
                   SELECT id, webhook_id, next_attempt_at,
                          busy.calls + row_number() OVER (ORDER BY next_attempt_at, position) AS place
                     FROM (SELECT id, webhook_id, next_attempt_at, position FROM webhook_deliveries
                            WHERE webhook_id = webhook.id AND state IN ('queued', 'retry')
                              AND next_attempt_at <= clock_timestamp()
                            ORDER BY next_attempt_at, position
                            LIMIT greatest(%(each)s - busy.calls, 0)
                              FOR UPDATE SKIP LOCKED) AS free) AS head
             WHERE (webhook.failing_since IS NOT NULL OR webhook.slow) = %(slow)s
             ORDER BY head.place, head.next_attempt_at
             LIMIT %(limit)s
        )
        UPDATE webhook_deliveries AS delivery
           SET state = 'claimed', claimed_by = %(number)s, fence = fence + 1,
               lease_until = clock_timestamp() + %(lease)s * interval '1 second'
          FROM due JOIN webhooks AS webhook ON webhook.id = due.webhook_id
         WHERE delivery.id = due.id
        RETURNING delivery.id, delivery.webhook_id, delivery.event_id, delivery.type, delivery.body, delivery.fence,
                  delivery.tries_left, webhook.url, webhook.secret,
                  CASE WHEN webhook.previous_until > clock_timestamp() THEN webhook.previous_secret END
                      AS previous_secret,
                  webhook.failing_since IS NOT NULL OR webhook.slow AS slow
    """
    return fetch(conn, ClaimedDelivery, sql, number=number, lease=lease, slow=slow, each=each, limit=limit)


def note_success(conn: Connection, webhook_id: UUID, *, slow: bool) -> None:
    """The endpoint takes messages, and whether it took long."""
    sql = """
        UPDATE webhooks SET failing_since = NULL, slow = %(slow)s
         WHERE id = %(id)s AND (failing_since IS NOT NULL OR slow <> %(slow)s)
    """
    execute(conn, sql, id=webhook_id, slow=slow)


def note_failure(conn: Connection, webhook_id: UUID, *, days: int) -> EndpointFailure | None:
    """The endpoint fails, by now for more than `days` or not; nobody else changes it until the transaction ends. None
    where it was deleted.
    """
    sql = """
        UPDATE webhooks SET failing_since = coalesce(failing_since, clock_timestamp())
         WHERE id = %(id)s
        RETURNING state, failing_since < clock_timestamp() - make_interval(days => %(days)s) AS expired
    """
    return fetch_one(conn, EndpointFailure, sql, id=webhook_id, days=days)


def settle(
    conn: Connection,
    claimed: ClaimedDelivery,
    *,
    state: str,
    status: int | None,
    milliseconds: int,
    error: str | None,
    wait: float,
) -> bool:
    """Write down how a call went, and what is next: after `wait` seconds, where the state is `retry`. False where
    somebody else has the delivery by now.
    """
    sql = """
        WITH settled AS (
            UPDATE webhook_deliveries
               SET state = %(state)s, attempts = attempts + 1, tries_left = tries_left - 1, status = %(status)s,
                   milliseconds = %(milliseconds)s, error = %(error)s, claimed_by = NULL, lease_until = NULL,
                   delivered_at = CASE WHEN %(state)s = 'delivered' THEN clock_timestamp() ELSE delivered_at END,
                   next_attempt_at = CASE WHEN %(state)s = 'retry'
                                          THEN clock_timestamp() + %(wait)s * interval '1 second' END
             WHERE id = %(id)s AND fence = %(fence)s AND state = 'claimed'
            RETURNING id
        )
        INSERT INTO webhook_attempts (delivery_id, status, milliseconds, error)
        SELECT id, %(status)s, %(milliseconds)s, %(error)s FROM settled
    """
    return bool(
        execute(
            conn,
            sql,
            id=claimed.id,
            fence=claimed.fence,
            state=state,
            status=status,
            milliseconds=milliseconds,
            error=error,
            wait=wait,
        )
    )
