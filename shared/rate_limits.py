"""Limits on what anybody may cause: counted in the transaction of the effect, so what is refused counts nothing.

A counter is kept by a hash of its kind and of whose it is. Its time slides in twentieths. Where it has one shard,
callers take turns and the limit is exact; with more, callers never wait for one another and a crowd may go over it by
as many as are at work at once.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from shared.database import execute
from shared.errors import TooMany

LIMIT_REACHED = "CV429"
SHARDS = 32


@dataclass(frozen=True)
class Charge:
    """Limit of `amount` more of `kind` for `whose` to `most` in `seconds`; `most` 0 is no limit.

    `refusal` is the sentence that is shown if it is reached, `problem` its name in the API.
    """

    kind: str
    whose: str
    most: int
    seconds: int
    refusal: str
    amount: int = 1
    shards: int = 1
    problem: str = TooMany.problem

    @property
    def counter(self) -> bytes:
        return hashlib.sha256(f"{self.kind} {self.seconds} {self.whose}".encode()).digest()

    @property
    def counted(self) -> int:
        """More than `most` at once takes all of it, rather than never being possible."""
        return min(self.amount, self.most)


def consume(conn: Connection, charges: Sequence[Charge]) -> None:
    """Count these. Raises TooMany where one of them would go over its limit; the caller's transaction is void then."""
    columns = charge_parameters(charges)
    if not columns["counters"]:
        return
    sql = """
        SELECT count_usage(counter, more, most, seconds, shards)
          FROM unnest(%(counters)s::bytea[], %(mores)s::int[], %(mosts)s::int[], %(seconds)s::int[], %(shards)s::int[])
            AS charge (counter, more, most, seconds, shards)
    """
    with translate_refusals(charges):
        execute(conn, sql, **columns)


def try_consume(conn: Connection, charges: Sequence[Charge]) -> bool:
    """Consume like `consume`, but return False if a limit is reached, and then count nothing."""
    try:
        with conn.transaction():
            consume(conn, charges)
    except TooMany:
        return False
    return True


def charge_parameters(charges: Sequence[Charge]) -> dict[str, list[Any]]:
    """The parameters of a statement that calls `count_usage` for each charge that has a limit. They are in one order
    everywhere, so that nobody waits in a circle.
    """
    active = sorted((one for one in charges if one.most and one.amount), key=lambda one: one.counter)
    return {
        "counters": [one.counter for one in active],
        "mores": [one.counted for one in active],
        "mosts": [one.most for one in active],
        "seconds": [one.seconds for one in active],
        "shards": [one.shards for one in active],
    }


@contextmanager
def translate_refusals(charges: Sequence[Charge]) -> Iterator[None]:
    """Turn the database's refusal into TooMany, with the words of the charge that is too much and the time to wait."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate != LIMIT_REACHED:
            raise
        reached, seconds = error.diag.message_hint, int(error.diag.message_detail or 1)
    else:
        return
    charge = next(one for one in charges if one.counter.hex() == reached)
    raise TooMany(charge.refusal, seconds=max(seconds, 1), problem=charge.problem)


def delete_expired_counts(conn: Connection) -> None:
    """Delete counts that no limit looks at any more."""
    execute(conn, "DELETE FROM usage_counts WHERE expires_at < clock_timestamp()")
