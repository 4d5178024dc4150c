"""Metrics of waiting emails."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from psycopg import Connection

from services.notifications.mail_log.queries import count_waiting, select_oldest_due
from services.notifications.sending_pause.queries import is_paused
from shared.metrics import gauge


def measure_mails(conn: Connection) -> Iterator[Metric]:
    """Mails that wait by kind and state, for how long the oldest has been due, and whether sending rests."""
    waiting = [([one.kind, one.state], one.number) for one in count_waiting(conn)]
    yield gauge("mails_waiting", "Mails that wait; `held` are in doubt, and wait for staff", ["kind", "state"], waiting)
    oldest = "For how long the oldest single mail has been due"
    yield GaugeMetricFamily("mails_oldest_due_seconds", oldest, value=select_oldest_due(conn))
    rests = "1 while sending rests because the mail server refuses us, whoever the mail is for"
    yield GaugeMetricFamily("mails_resting", rests, value=is_paused(conn))
