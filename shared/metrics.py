"""Prometheus metrics: requests, queues of messages, and each service's own.

Counters and histograms are written to files that the processes of an api share (prometheus_client's multiprocess
mode). Lengths of queues are read from the database at each scrape, so every process reports the same.

No label holds what people, or other systems, made up: methods, routes, statuses, types and kinds that the code knows.
"""

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector
from psycopg import Connection, ProgrammingError

from shared import runtime
from shared.messaging import inbox, outbox, quarantine
from shared.messaging.loop import UNAVAILABLE, Loop

REQUESTS = Counter("http_requests_total", "Requests answered", ["service", "method", "route", "status"])
LATENCY = Histogram(
    "http_request_seconds",
    "Seconds from request to answer",
    ["service", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
CACHED_RESPONSES = Counter(
    "http_answers_total",
    "Answers of an api that keeps them: from memory, by a view that needs no Flask, or by Flask",
    ["source"],
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Reads metrics of a service from its database.
MetricsQuery = Callable[[Connection], Iterable[Metric]]


def method_label(given: str) -> str:
    """The method of a request as a label: one that nothing here answers to is `other`."""
    return given if given in METHODS else "other"


def gauge(name: str, meaning: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]) -> Metric:
    """A gauge with a value for each of these values of its labels."""
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for known, value in values:
        family.add_metric(known, value)
    return family


class DatabaseCollector(Collector):
    """Collector of metrics in the database: outbox, inbox, quarantine, and the service's own `metric_queries`."""

    def __init__(self, present: runtime.Runtime, metric_queries: Sequence[MetricsQuery]) -> None:
        self.runtime = present
        self.metric_queries: Sequence[MetricsQuery] = (select_message_metrics, *metric_queries)

    def collect(self) -> Iterator[Metric]:
        found: list[Metric] = []
        try:
            with self.runtime.database.connection() as conn:
                for measure in self.metric_queries:
                    found += measure(conn)
        except (*UNAVAILABLE, ProgrammingError):
            # Away, or not migrated yet: a scrape without these tells so, and the rest of it is still of use.
            found = []
        yield GaugeMetricFamily(
            "database_up", "1 where the database answers and is migrated, else 0", value=float(bool(found))
        )
        yield from found


def select_message_metrics(conn: Connection) -> Iterator[Metric]:
    """Yield the lengths of outbox, inbox and quarantine."""
    for box, found in (("outbox", outbox.depth(conn)), ("inbox", inbox.depth(conn))):
        yield GaugeMetricFamily(f"{box}_depth", f"Events that wait in the {box}", value=found["depth"])
        oldest = f"Age of the oldest event that waits in the {box}"
        yield GaugeMetricFamily(f"{box}_oldest_seconds", oldest, value=found["oldest_seconds"])
    aside = [([kind], number) for kind, number in quarantine.count_kinds(conn).items()]
    yield gauge("quarantine_depth", "Events and messages that wait for an operator", ["kind"], aside)


class BuildCollector(Collector):
    """Yield the release that runs."""

    def __init__(self, present: runtime.Runtime) -> None:
        self.labels = {"release": present.settings.release, "python": platform.python_version()}

    def collect(self) -> Iterator[Metric]:
        yield gauge("build_info", "What runs; always 1", list(self.labels), [(list(self.labels.values()), 1)])


class LoopCollector(Collector):
    """Yield the health of the worker's loops."""

    def __init__(self, loops: Sequence[Loop]) -> None:
        self.loops = loops

    def collect(self) -> Iterator[Metric]:
        well = [([loop.name], float(loop.heartbeat.well)) for loop in self.loops]
        yield gauge("worker_loop_well", "1 where a loop of the worker has what it needs, else 0", ["loop"], well)


class LabeledCollector(Collector):
    """Collector that adds service and process to each sample of `inner`, so that they do not depend on the scraper."""

    def __init__(self, inner: Collector, service: str, process: str) -> None:
        self.inner = inner
        self.known = {"service": service, "process": process}

    def collect(self) -> Iterator[Metric]:
        for metric in self.inner.collect():
            metric.samples = [sample._replace(labels={**self.known, **sample.labels}) for sample in metric.samples]
            yield metric


def registry_of(
    present: runtime.Runtime, process: str, *, metric_queries: Sequence[MetricsQuery] = (), loops: Sequence[Loop] = ()
) -> CollectorRegistry:
    """All that one scrape of this process, an `api` or a `worker`, tells."""
    counted = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(counted)
    else:
        counted.register(REGISTRY)  # pyright: ignore[reportArgumentType]
    registry = CollectorRegistry()
    parts: list[Collector] = [counted, DatabaseCollector(present, metric_queries), BuildCollector(present)]  # pyright: ignore[reportAssignmentType]
    for part in [*parts, LoopCollector(loops)] if loops else parts:
        registry.register(LabeledCollector(part, present.service, process))
    return registry
