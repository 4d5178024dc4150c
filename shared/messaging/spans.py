"""Spans of an event: its creation, sending and processing.

An event's `traceparent` is that of its making, and never changes on its way (CloudEvents, distributed tracing
extension): so it is the same message however often it is published. Sending and processing it are both children of its
making.
Source of the names: https://opentelemetry.io/docs/specs/semconv/messaging/
"""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

from shared import tracing
from shared.events.envelope import Event
from shared.messaging.broker import EXCHANGE
from shared.messaging.handlers import EventBatch


def start_create_span(type: str, parent: str | None) -> Any:
    """The span of an event's making, which the caller ends; None where none are recorded."""
    if tracing.tracer is None:
        return None
    return tracing.start_span(f"create {type}", "producer", parent=parent, attributes=_about("create", type))


def record_send_spans(events: Iterable[tuple[UUID, str, str | None]], *, began: int) -> None:
    """These (id, type, traceparent) were sent at `began` (nanoseconds since the epoch), and are confirmed by now."""
    if tracing.tracer is None:
        return
    ended = time.time_ns()
    for id, type, parent in events:
        about = _about("send", type, id)
        tracing.start_span(f"send {type}", "client", parent=parent, attributes=about, began=began).end(ended)


def start_process_spans(run: EventBatch[Event], until: ExitStack) -> EventBatch[Event]:
    """Begin a span for each of these events, which ends with `until`, and let what follows from them follow from it."""
    if tracing.tracer is None:
        return run
    traced: list[tuple[Event, Any]] = []
    for event, envelope in run:
        about = _about("process", envelope.type, envelope.id)
        name = f"process {envelope.type}"
        span = until.enter_context(tracing.span(name, "consumer", parent=envelope.traceparent, attributes=about))
        traced.append((event, replace(envelope, traceparent=tracing.traceparent_of(span, envelope.traceparent))))
    return traced


def _about(operation: str, type: str, id: UUID | None = None) -> dict[str, str]:
    known = {
        "messaging.system": "rabbitmq",
        "messaging.destination.name": EXCHANGE,
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.rabbitmq.destination.routing_key": type,
    }
    return known | ({"messaging.message.id": str(id)} if id else {})
