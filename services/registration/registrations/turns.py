"""Judging without a lock: what is decided by facts that changed meanwhile is decided once more."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from psycopg import Connection

from shared.errors import Conflict
from shared.runtime import transaction

T = TypeVar("T")
TURNS = 5


class Overtaken(Conflict):
    """Somebody else changed what this was judged by."""

    problem = "overtaken"


def take_turns(work: Callable[[Connection], T]) -> T:
    """What `work(conn)` answers in a transaction of its own; where it is Overtaken, it starts anew. Raises Overtaken
    when it has been each time.
    """
    for _ in range(TURNS - 1):
        with suppress(Overtaken), transaction() as conn:
            return work(conn)
    with transaction() as conn:
        return work(conn)
