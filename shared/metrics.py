"""Prometheus metrics: what requests cost, and how much of messages waits where.

Counters and histograms are written to files that the processes of an api share (prometheus_client's multiprocess
mode); what waits is asked from the database when it is scraped, so it is the same whoever is asked.
"""

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from shared import runtime
from shared.messaging import inbox, outbox, quarantine
from shared.messaging.loop import AWAY

REQUESTS = Counter("http_requests_total", "Requests answered", ["service", "method", "route", "status"])
LATENCY = Histogram(
    "http_request_seconds",
    "Seconds from request to answer",
    ["service", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class Waiting(Collector):
    """What waits in outbox, inbox and quarantine."""

    def __init__(self, present: runtime.Runtime) -> None:
        self.runtime = present

    def collect(self) -> Iterator[Metric]:
        try:
            with self.runtime.database.connection() as conn:
                depths = {"outbox": outbox.depth(conn), "inbox": inbox.depth(conn)}
                set_aside = quarantine.count(conn)
        except AWAY:  # a scrape without these tells that the database is away; the rest of it is still of use
            return
        for box, found in depths.items():
            yield GaugeMetricFamily(f"{box}_depth", f"Events that wait in the {box}", value=found["depth"])
            yield GaugeMetricFamily(
                f"{box}_oldest_seconds",
                f"Age of the oldest event that waits in the {box}",
                value=found["oldest_seconds"],
            )
        yield GaugeMetricFamily("quarantine_depth", "Events and messages that wait for an operator", value=set_aside)


def registry_of(present: runtime.Runtime) -> CollectorRegistry:
    """All that one scrape of this process tells."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)  # pyright: ignore[reportArgumentType]
    registry.register(Waiting(present))
    return registry
