"""Figures of events: how many go out and come in, what became of them, and how long that took."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter, Histogram

from shared.events.envelope import Envelope, registry

PUBLISHED = Counter("events_published_total", "Events that the broker confirmed", ["type"])
REFUSED = Counter("events_refused_total", "Events that the broker refused, each time")
PUBLISHING = Histogram(
    "relay_publish_seconds",
    "Seconds from sending a batch of events to the broker's confirmation of all of them",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HANDLED = Counter("events_handled_total", "Events by what became of an attempt to handle them", ["type", "outcome"])
HANDLING = Histogram(
    "event_handling_seconds",
    "Seconds of the handlers of one event, or of several of a type that are handled together",
    ["type"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
LAG = Histogram(
    "event_lag_seconds",
    "Seconds from the time of an event to the commit of its effect",
    ["type"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)


def label(type: str) -> str:
    """The type, where there is a contract for it: whatever else comes over the wire makes no series of its own."""
    return type if type in registry else "unknown"


def count_published(types: Iterable[str], *, seconds: float) -> None:
    PUBLISHING.observe(seconds)
    for type in types:
        PUBLISHED.labels(label(type)).inc()


def count_handled(envelopes: Iterable[Envelope], *, now: datetime) -> None:
    """The effects of these were committed `now`, by the clock by which events are dated."""
    for envelope in envelopes:
        type = label(envelope.type)
        HANDLED.labels(type, "handled").inc()
        LAG.labels(type).observe(max((now - envelope.time).total_seconds(), 0))
