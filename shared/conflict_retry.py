"""Retry a transaction that lost a race against another."""

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import TypeVar

from psycopg import Connection
from psycopg.errors import DeadlockDetected

from shared.errors import Conflict
from shared.runtime import transaction

T = TypeVar("T")
MAX_ATTEMPTS = 3

_present: ContextVar[Connection | None] = ContextVar("attempt", default=None)


class WriteConflict(Conflict):
    """Another transaction changed in the meantime what this one decided on; this one must be rolled back."""

    problem = "overtaken"


def retry_on_conflict(work: Callable[[Connection], T]) -> T:
    """Run `work(conn)` in a transaction and return its result; after a WriteConflict or a deadlock, run it again in a
    new one, MAX_ATTEMPTS times in all. Raises the last WriteConflict or DeadlockDetected.

    Within the `work` of another call it is part of that one's transaction, which is retried as a whole.
    """
    if conn := _present.get():
        return work(conn)
    for _ in range(MAX_ATTEMPTS - 1):
        with suppress(WriteConflict, DeadlockDetected):
            return _attempt(work)
    return _attempt(work)


def _attempt(work: Callable[[Connection], T]) -> T:
    with transaction() as conn:
        token = _present.set(conn)
        try:
            return work(conn)
        finally:
            _present.reset(token)
