"""Deciding once more, from the beginning, what another request decided at the same moment."""

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import TypeVar

from psycopg import Connection

from shared.errors import Conflict
from shared.runtime import transaction

T = TypeVar("T")
MAX_ATTEMPTS = 3

_present: ContextVar[Connection | None] = ContextVar("turn", default=None)


class WriteConflict(Conflict):
    """Somebody else did meanwhile what was to be done; the transaction is void."""

    problem = "overtaken"


def retry_on_conflict(work: Callable[[Connection], T]) -> T:
    """What `work(conn)` answers in a transaction of its own; where it is Overtaken, it starts anew. Raises Overtaken
    when it has been each time.

    Within another's turn it is a part of that, which starts anew as a whole.
    """
    if conn := _present.get():
        return work(conn)
    for _ in range(MAX_ATTEMPTS - 1):
        with suppress(WriteConflict):
            return _take_turn(work)
    return _take_turn(work)


def _take_turn(work: Callable[[Connection], T]) -> T:
    with transaction() as conn:
        token = _present.set(conn)
        try:
            return work(conn)
        finally:
            _present.reset(token)
