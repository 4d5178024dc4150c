"""The event door: functions that a service names for the types of events it listens to."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

from psycopg import Connection

from shared.events.envelope import Envelope, registry

Handler = Callable[[Connection, Any, Envelope], None]
H = TypeVar("H", bound=Callable[..., None])
E = TypeVar("E")

# Events that came, in their order.
EventBatch = Sequence[tuple[E, Envelope]]


@dataclass(frozen=True)
class BatchHandler:
    """A handler of any number of events of one type at once, which came one after the other."""

    handle: Callable[[Connection, EventBatch[Any]], None]

    def __call__(self, conn: Connection, event: Any, envelope: Envelope) -> None:
        self.handle(conn, [(event, envelope)])


def on(*types: str, batch: bool = False) -> Callable[[H], H]:
    """Name a function `(conn, event, envelope) -> None` as handler of these event types; with `batch` it is
    `(conn, happened) -> None`, for effects that cost much less for many at once.

    It runs within the transaction that also marks the event as done, once per event whatever the broker does; it may
    raise `PermanentError` where no later attempt can help. Anything else that it raises is tried again later; several
    events are then tried one by one.
    """

    def mark(handler: H) -> H:
        vars(handler).update(listens_to=types, batch=batch)
        return handler

    return mark


def collect(modules: Iterable[ModuleType]) -> dict[str, list[Handler]]:
    """The handlers in the modules by event type, in the order in which they are named. Raises KeyError for a type
    without a contract.
    """
    found: dict[str, list[Handler]] = defaultdict(list)
    for module in modules:
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module.__name__:
                continue
            for kind in getattr(value, "listens_to", ()):
                registry[kind]
                found[kind].append(BatchHandler(value) if value.batch else value)
    return dict(found)
