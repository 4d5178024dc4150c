"""Signs and sends deliveries, and decides by the answer what becomes of them.

A message may come more than once: if the sender dies between the answer and the commit, nobody knows of the answer, and
it is sent again under the same `webhook-id`.
"""

from datetime import UTC, datetime
from typing import Literal

from psycopg import Connection
from standardwebhooks import Webhook

from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.deliveries.delivery_states import DELIVERED, FAILED, RETRY, DeliveryState
from services.notifications.webhooks.deliveries.queries import TRIES
from services.notifications.webhooks.endpoints import domain as endpoints
from services.notifications.webhooks.endpoints.queries import insert_mail
from services.notifications.webhooks.endpoints.secret_encryption import SecretLost, decrypt_secret
from services.notifications.webhooks.http_client.client import CallResult, WebhookClient
from services.notifications.webhooks.payloads import PING
from services.notifications.webhooks.sending import queries
from services.notifications.webhooks.sending.queries import ClaimedDelivery
from shared.work_queue import Backoff

Outcome = DeliveryState | Literal["lost"]

MINUTE, HOUR = 60.0, 3600.0
# Pauses between tries: in all more than three days.
BACKOFF = Backoff(
    pauses=(5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
    jitter=(1.0, 1.1),
)
LONGEST_WAIT = 24 * HOUR
FAILING_DAYS = 3
# An endpoint whose answer takes longer does not keep threads from others.
SLOW_MILLISECONDS = 3000

GONE = 410
ASKS_TO_WAIT = (429, 503)


def call(caller: WebhookClient, claimed: ClaimedDelivery, settings: NotificationsSettings) -> CallResult:
    """Send a delivery, signed now."""
    try:
        headers = sign(claimed, settings)
    except SecretLost as error:
        return CallResult(error=str(error))
    return caller.post(claimed.url, headers, claimed.body.encode())


def sign(claimed: ClaimedDelivery, settings: NotificationsSettings) -> dict[str, str]:
    """The headers of Standard Webhooks; while two secrets are good, with a signature by each. Raises SecretLost."""
    now, id = datetime.now(UTC), str(claimed.event_id)
    sealed = [secret for secret in (claimed.secret, claimed.previous_secret) if secret]
    secrets = [decrypt_secret(settings, claimed.webhook_id, secret) for secret in sealed]
    signatures = [Webhook(secret).sign(id, now, claimed.body) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def settle(conn: Connection, claimed: ClaimedDelivery, answer: CallResult) -> Outcome:
    """Brings a delivery to the state that the answer leads to, within a transaction, and returns that.

    Returns `lost` if somebody else has the delivery by now, or its webhook was deleted.
    """
    if answer.taken:
        queries.note_success(conn, claimed.webhook_id, slow=answer.milliseconds > SLOW_MILLISECONDS)
        return _mark(conn, claimed, answer, DELIVERED)
    reason = _reason_to_disable(conn, claimed, answer)
    state = _mark(conn, claimed, answer, FAILED if reason or claimed.tries_left <= 1 else RETRY)
    if reason and state != "lost":
        _disable(conn, claimed, answer, reason)
    return state


def wait_for(claimed: ClaimedDelivery, answer: CallResult) -> float:
    """Seconds until a delivery that failed is tried again: by the number of its tries, or as long as the site asks, but
    for a day at most.
    """
    asked = answer.retry_after if answer.status in ASKS_TO_WAIT else None
    return BACKOFF.seconds(TRIES - claimed.tries_left, at_least=min(asked or 0, LONGEST_WAIT))


def _reason_to_disable(conn: Connection, claimed: ClaimedDelivery, answer: CallResult) -> str | None:
    """Why the endpoint is to be called no more; None while it is. A test message that fails says nothing of it."""
    if answer.status == GONE:
        return "it answered 410 Gone"
    if claimed.type == PING:
        return None
    failing = queries.note_failure(conn, claimed.webhook_id, days=FAILING_DAYS)
    if failing is None or failing.state == "disabled":
        return endpoints.BY_STAFF
    if claimed.tries_left <= 1:
        return "a message failed at each of its tries, which take three days"
    return "every message has failed for three days" if failing.expired else None


def _mark(conn: Connection, claimed: ClaimedDelivery, answer: CallResult, state: DeliveryState) -> Outcome:
    if not queries.settle(conn, claimed, answer, state=state, wait=wait_for(claimed, answer)):
        return "lost"
    queries.insert_attempt(conn, claimed.id, answer)
    return state


def _disable(conn: Connection, claimed: ClaimedDelivery, answer: CallResult, reason: str) -> None:
    """Once, with a mail to the owner; not again where it is disabled already."""
    if endpoints.disable(conn, claimed.webhook_id, reason=reason):
        context = {"url": claimed.url, "why": reason, "last": answer.error}
        insert_mail(conn, claimed.webhook_id, event_id=claimed.event_id, context=context)
