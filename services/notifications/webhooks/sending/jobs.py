"""The sender of a worker: claims deliveries that are due, and lets threads call the sites, so that none waits for
another.

Calls have two lanes. Endpoints that failed last, or took long, share few threads, a call at a time each; so those that
hang take turns among themselves, and those that answer do not wait for them.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import structlog
from prometheus_client import Counter

from services.notifications.formats.private_hosts import parse_allowed
from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.deliveries.queries import forget
from services.notifications.webhooks.http_client.client import TOTAL_SECONDS, WebhookClient
from services.notifications.webhooks.sending import queries
from services.notifications.webhooks.sending.domain import CallResult, call, settle
from services.notifications.webhooks.sending.queries import QUEUE, ClaimedDelivery, ReclaimedDelivery
from shared import runtime
from shared.failpoints import fail_point
from shared.jobs import Job
from shared.messaging.loop import UNAVAILABLE
from shared.work_queue import WorkerConnection

log = structlog.get_logger()

# Seconds: how long a claim lasts, how long a round waits for calls to end.
LEASE = 60.0
ROUND = 0.25
# A sender that is frozen while it claims does not keep the others from claiming.
NO_IDLING = "-c idle_in_transaction_session_timeout=10s"
# Days for which what came to an end is kept, and single calls.
KEPT_DAYS, CALLS_KEPT_DAYS = 35, 30

OUTCOMES = Counter("webhook_deliveries_total", "Calls of outside sites by what became of the delivery", ["state"])


@dataclass(frozen=True)
class CallPool:
    """So many calls at the same time, and so many to one endpoint."""

    slow: bool
    calls: int
    each: int


POOLS = (CallPool(slow=False, calls=12, each=2), CallPool(slow=True, calls=4, each=1))


def make_client(settings: NotificationsSettings) -> WebhookClient:
    return WebhookClient(allowed=parse_allowed(settings.webhook_allow))


class WebhookSender:
    """Holds a database connection, whose advisory lock says that it lives, and the calls that are under way. One
    thread's own; only the calls themselves are made by others, and they touch nothing of it.
    """

    def __init__(self, open_caller: Callable[[NotificationsSettings], WebhookClient] = make_client) -> None:
        self.open_caller = open_caller
        self.caller: WebhookClient | None = None
        # Under its old number the calls that are under way stay its own, though the connection broke.
        self.worker = WorkerConnection(options=NO_IDLING)
        self.calls: dict[Future[CallResult], ClaimedDelivery] = {}
        self.pool = ThreadPoolExecutor(sum(lane.calls for lane in POOLS), thread_name_prefix="webhook")

    def send_due(self) -> int:
        """Settle webhook calls that have ended and start those that are due. Returns their number."""
        present = runtime.current()
        try:
            conn = self.worker.open(present.database)
            done = self._settle(conn)
            self._begin(self._claim(conn), present.settings)
            wait(self.calls, timeout=ROUND, return_when=FIRST_COMPLETED)
            return done + len(self.calls)
        except BaseException:
            self.close()
            raise

    def finish(self) -> None:
        """Let the calls that are under way end, which they do within seconds, and record how they went."""
        wait(self.calls, timeout=TOTAL_SECONDS + 1)
        with suppress(*UNAVAILABLE):  # without the database others send them again
            self._settle(self.worker.open(runtime.current().database))
        self.close()

    def close(self) -> None:
        """Drop the connection as it is: others take over what was claimed."""
        self.worker.close()

    def _claim(self, conn: psycopg.Connection) -> list[ClaimedDelivery]:
        """Claim what is due, what lost senders had included, as far as each lane has room."""
        with conn.transaction():
            queries.lock_claiming(conn)
            lost = QUEUE.reclaim_expired(conn, ReclaimedDelivery, except_for=self.worker.number)
            claimed = [one for lane in POOLS for one in self._claim_for(conn, lane)]
        for one in lost:
            log.warning("sender of webhooks was lost", delivery_id=str(one.id))
        return claimed

    def _claim_for(self, conn: psycopg.Connection, lane: CallPool) -> list[ClaimedDelivery]:
        room = lane.calls - sum(claimed.slow == lane.slow for claimed in self.calls.values())
        worker, limit = self.worker.number, max(room, 0)
        return queries.claim(conn, number=worker, lease=LEASE, slow=lane.slow, each=lane.each, limit=limit)

    def _begin(self, due: list[ClaimedDelivery], settings: NotificationsSettings) -> None:
        """Let threads call; the claims are committed by now."""
        if due:
            fail_point("webhook.after_claim")
        self.caller = self.caller or self.open_caller(settings)
        for claimed in due:
            self.calls[self.pool.submit(call, self.caller, claimed, settings)] = claimed

    def _settle(self, conn: psycopg.Connection) -> int:
        """Write down how the calls went that have ended; how many."""
        ended = [future for future in self.calls if future.done()]
        for future in ended:
            claimed, answer = self.calls[future], _answer_of(future)
            fail_point("webhook.after_answer")
            with conn.transaction():
                state = settle(conn, claimed, answer)
            del self.calls[future]  # only now: a database that is away finds it here again
            OUTCOMES.labels(state).inc()
            log.info(
                "webhook",
                delivery_id=str(claimed.id),
                webhook_id=str(claimed.webhook_id),
                type=claimed.type,
                state=state,
                status=answer.status,
                milliseconds=answer.milliseconds,
            )
        return len(ended)


def _answer_of(future: Future[CallResult]) -> CallResult:
    """Returns the result of a call; a mistake of ours counts as a failure of this delivery alone."""
    if error := future.exception():
        log.error("webhook not sent", error=type(error).__name__)
        return CallResult(error=f"not sent: {type(error).__name__}")
    return future.result()


def forget_old_deliveries() -> int:
    """Delete webhook calls and deliveries that are older than they are kept."""
    with runtime.transaction() as conn:
        forget(conn, days=KEPT_DAYS, attempt_days=CALLS_KEPT_DAYS)
    return 0


def jobs() -> list[Job]:
    """The jobs of a worker; each has a sender of its own."""
    sender = WebhookSender()
    return [
        Job("send-webhooks", sender.send_due, every=1.0, topic="webhooks", end=sender.finish),
        Job("forget-webhook-deliveries", forget_old_deliveries, every=3600.0),
    ]
