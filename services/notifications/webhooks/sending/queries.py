"""SQL of the sending of deliveries: each function is one step from state to state."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from services.notifications.webhooks.deliveries.delivery_states import (
    CLAIMED,
    QUEUED,
    RETRY,
    DeliveryState,
)
from services.notifications.webhooks.http_client.client import CallResult
from shared.database import execute, fetch, fetch_one
from shared.work_queue import WorkQueue

# A delivery whose sender was lost is sent once more, since nobody can tell if the site took it.
QUEUE = WorkQueue(
    "webhook_deliveries",
    waiting=(QUEUED, RETRY),
    worked_on=(CLAIMED,),
    released_to="CASE WHEN attempts > 0 THEN 'retry' ELSE 'queued' END",
)


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
class ReclaimedDelivery:
    """A delivery whose sender was lost."""

    id: UUID


@dataclass(frozen=True)
class EndpointFailure:
    """An endpoint that failed just now; `expired` is whether it has for longer than it may."""

    state: str
    expired: bool


def lock_claiming(conn: Connection) -> None:
    """Let one sender claim at a time, until the transaction ends: else two of them count the same calls."""
    execute(conn, "SELECT pg_advisory_xact_lock(hashtext('webhook-claims:' || current_schema()))")


CLAIM = QUEUE.compose("""
    WITH next AS (
        SELECT head.id, head.webhook_id
          FROM webhooks AS webhook
         CROSS JOIN LATERAL (SELECT count(*) AS calls FROM webhook_deliveries
                              WHERE webhook_id = webhook.id AND state IN ({worked_on})) AS busy
         CROSS JOIN LATERAL (
               SELECT id, webhook_id, next_attempt_at,
                      busy.calls + row_number() OVER (ORDER BY next_attempt_at, position) AS place
                 FROM (SELECT id, webhook_id, next_attempt_at, position FROM webhook_deliveries
                        WHERE webhook_id = webhook.id AND {due}
                        ORDER BY next_attempt_at, position
                        LIMIT greatest(%(each)s - busy.calls, 0)
                          FOR UPDATE SKIP LOCKED) AS free) AS head
         WHERE (webhook.failing_since IS NOT NULL OR webhook.slow) = %(slow)s
         ORDER BY head.place, head.next_attempt_at
         LIMIT %(limit)s
    )
    UPDATE webhook_deliveries AS delivery SET {claim}
      FROM next JOIN webhooks AS webhook ON webhook.id = next.webhook_id
     WHERE delivery.id = next.id
    RETURNING delivery.id, delivery.webhook_id, delivery.event_id, delivery.type, delivery.body, delivery.fence,
              delivery.tries_left, webhook.url, webhook.secret,
              CASE WHEN webhook.previous_until > clock_timestamp() THEN webhook.previous_secret END AS previous_secret,
              webhook.failing_since IS NOT NULL OR webhook.slow AS slow
""")
SETTLE = QUEUE.settlement(
    """state = %(state)s, attempts = attempts + 1, tries_left = tries_left - 1, status = %(status)s,
       milliseconds = %(milliseconds)s, error = %(error)s,
       delivered_at = CASE WHEN %(state)s = 'delivered' THEN clock_timestamp() ELSE delivered_at END,
       next_attempt_at = CASE WHEN %(state)s = 'retry' THEN clock_timestamp() + %(wait)s * interval '1 second' END""",
    sources=[CLAIMED],
)


def claim(conn: Connection, *, number: int, lease: float, slow: bool, each: int, limit: int) -> list[ClaimedDelivery]:
    """Claims what is next for `lease` seconds, of endpoints that failed last or took long, or of the others.

    At most `each` of an endpoint are claimed, those of all senders counted, and the first of every endpoint comes
    before the second of any.
    """
    return fetch(conn, ClaimedDelivery, CLAIM, worker=number, lease=lease, slow=slow, each=each, limit=limit)


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
    conn: Connection, claimed: ClaimedDelivery, result: CallResult, *, state: DeliveryState, wait: float
) -> bool:
    """Records how a call went and the delivery's next state, which is due after `wait` seconds if it is `retry`.

    Returns False if somebody else has the delivery by now.
    """
    known = {"status": result.status, "milliseconds": result.milliseconds, "error": result.error}
    return bool(execute(conn, SETTLE, id=claimed.id, fence=claimed.fence, state=state, wait=wait, **known))


def insert_attempt(conn: Connection, id: UUID, result: CallResult) -> None:
    """Keeps how one call of a delivery went."""
    sql = """
        INSERT INTO webhook_attempts (delivery_id, status, milliseconds, error)
        VALUES (%(id)s, %(status)s, %(milliseconds)s, %(error)s)
    """
    execute(conn, sql, id=id, status=result.status, milliseconds=result.milliseconds, error=result.error)
