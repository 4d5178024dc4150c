"""Metrics of waiting webhook deliveries."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from psycopg import Connection

from services.notifications.webhooks.deliveries.queries import count_waiting
from shared.metrics import gauge


def measure_webhooks(conn: Connection) -> Iterator[Metric]:
    """Deliveries that wait by state, and the endpoints that do not take them."""
    found = count_waiting(conn)
    waiting = [(["queued"], found.queued), (["retry"], found.retry)]
    yield gauge("webhook_deliveries_waiting", "Deliveries that wait to be sent, by state", ["state"], waiting)
    failing = "Endpoints whose last call failed"
    yield GaugeMetricFamily("webhooks_failing", failing, value=found.failing)
