"""The runtime of a service's process: its settings, its clock and its database.

There is one per process, and in tests one per service in the same process; so the current one is found through a
context variable that entry points set (each request, each worker thread) and that `transaction()` and `settings()`
read.
"""

import gc
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from psycopg import Connection

from shared.clock import Clock
from shared.database import Database, conninfo
from shared.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """`memory` holds the caches of the process by class; all of them can be rebuilt."""

    service: str
    settings: Any
    clock: Clock
    database: Database
    memory: dict[Any, Any] = field(default_factory=dict)


T = TypeVar("T")
_current: ContextVar[Runtime] = ContextVar("runtime")
_lent: ContextVar[Connection | None] = ContextVar("lent_connection", default=None)


def build(service: str, settings: Settings, process: str, *, pool_size: int) -> Runtime:
    """A runtime whose database is not opened yet."""
    clock = Clock(settings.clock_file)
    database = Database(
        conninfo(settings, f"{service}-{process}"), clock, size=pool_size, time_limited=process == "api"
    )
    return Runtime(service, settings, clock, database)


def freeze_startup_objects() -> None:
    """Leave what a process has by now, which is code above all, out of the search for garbage for good: each full
    search of that stops all threads for tens of milliseconds, about every ten seconds at 50 events a second.
    """
    gc.collect()
    gc.freeze()


def current() -> Runtime:
    return _current.get()


def settings() -> Any:
    """The settings of the running service, as that service's own settings class."""
    return current().settings


@contextmanager
def transaction() -> Iterator[Connection]:
    """A transaction on the running service's database: the door opens it, everyone below takes the connection.

    Within another one (an idempotency key's, a test's) it is a savepoint of that.
    """
    if (lent := _lent.get()) is not None:
        with lent.transaction():
            yield lent
        return
    with current().database.transaction() as conn, share_connection(conn):
        yield conn


@contextmanager
def rolled_back_transaction() -> Iterator[Connection]:
    """A transaction that is rolled back: what would be, without its coming to stay."""
    with transaction() as conn, conn.transaction(force_rollback=True):
        yield conn


@contextmanager
def connection() -> Iterator[Connection]:
    """Take a connection in autocommit mode, for an entry point that only reads. A nested call gets the same one: a
    request never waits for a second connection while it holds one that others wait for.
    """
    if (lent := _lent.get()) is not None:
        yield lent
        return
    with current().database.connection() as conn, share_connection(conn):
        yield conn


def share_connection(conn: Connection) -> AbstractContextManager[Connection]:
    """Let every `transaction()` and `connection()` within the block use `conn`."""
    return _Within(_lent, conn)


def enter(runtime: Runtime) -> None:
    """Make `runtime` the present one for the rest of this thread or request."""
    _current.set(runtime)


def use(runtime: Runtime) -> AbstractContextManager[Runtime]:
    """Make `runtime` the present one within the block."""
    return _Within(_current, runtime)


class _Within(AbstractContextManager[T]):
    """A block in which a context variable is `value`."""

    def __init__(self, variable: ContextVar[Any], value: T) -> None:
        self.variable, self.value = variable, value

    def __enter__(self) -> T:
        self.token = self.variable.set(self.value)
        return self.value

    def __exit__(self, *_: object) -> None:
        self.variable.reset(self.token)
