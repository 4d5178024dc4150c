"""Event handlers: functions that a service registers for types of events.

A handler takes a batch: events of one type in the order in which they came. Projections keep copies of other services'
facts; reactions do what follows from an event, and may read the copies. All projections of an event run before all of
its reactions, in the same transaction, so the order in which modules are listed does not matter.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from types import ModuleType
from typing import Any, TypeVar

from psycopg import Connection
from structlog.contextvars import bound_contextvars

from shared.events.envelope import Envelope, registry

E = TypeVar("E")
H = TypeVar("H", bound=Callable[..., None])

# Events of one type with their envelopes, in their order.
EventBatch = Sequence[tuple[E, Envelope]]
Handler = Callable[[Connection, EventBatch[Any]], None]


class NotYetKnown(Exception):
    """A projection lacks what the event is about: the event is tried again after a short wait."""


def on(*types: str) -> Callable[[H], H]:
    """Register a function `(conn, batch) -> None` as handler of these event types.

    It runs within the transaction that also marks the events as done, once per event whatever the broker does. It may
    raise `PermanentError` if no later attempt can help. After any other error the events are tried again, one by one.
    """

    def mark(handler: H) -> H:
        vars(handler).update(listens_to=types)
        return handler

    return mark


def for_each(handle: Callable[[Connection, E, Envelope], None]) -> Callable[[Connection, EventBatch[E]], None]:
    """Return a handler of batches that calls `handle` for each event, with the event's ids on every log line."""

    @wraps(handle)
    def handle_batch(conn: Connection, batch: EventBatch[E]) -> None:
        for event, envelope in batch:
            with bound_contextvars(
                event_id=str(envelope.id),
                event_type=envelope.type,
                correlation_id=envelope.correlation_id,
                traceparent=envelope.traceparent,
            ):
                handle(conn, event, envelope)

    return handle_batch


def collect(projections: Iterable[ModuleType], reactions: Iterable[ModuleType]) -> dict[str, list[Handler]]:
    """Return the handlers in the modules by event type: projections, then reactions.

    Raises KeyError for a type without a contract.
    """
    found: dict[str, list[Handler]] = defaultdict(list)
    for module in (*projections, *reactions):
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module.__name__:
                continue
            for kind in getattr(value, "listens_to", ()):
                registry[kind]
                found[kind].append(value)
    return dict(found)
