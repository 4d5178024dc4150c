"""The event door: functions that a service names for the types of events it listens to."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, TypeVar

from psycopg import Connection

from shared.events.envelope import Envelope, registry

Handler = Callable[[Connection, Any, Envelope], None]
H = TypeVar("H", bound=Callable[..., None])


def on(*types: str) -> Callable[[H], H]:
    """Name a function `(conn, event, envelope) -> None` as handler of these event types.

    It runs within the transaction that also marks the event as done, once per event whatever the broker does; it may
    raise `PermanentError` where no later attempt can help. Anything else that it raises is tried again later.
    """

    def mark(handler: H) -> H:
        vars(handler).update(listens_to=types)
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
                found[kind].append(value)
    return dict(found)
