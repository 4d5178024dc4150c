"""Deciding once more, from the beginning, what another request for the same person decided at the same moment."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from psycopg import Connection

from shared.errors import Conflict
from shared.runtime import transaction

T = TypeVar("T")
TURNS = 3


class Overtaken(Conflict):
    """Somebody else did meanwhile what was to be done; the transaction is void."""

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
