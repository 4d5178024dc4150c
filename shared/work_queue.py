"""Work queues in tables: workers claim rows that are due, work on them, and settle them or try them again later.

A worker is a number whose advisory lock its database connection holds, so the lock is free once the worker is gone.
Each claim counts up the row's `fence`: a write with an older number changes nothing, since somebody else has claimed
the row since. A claim ends with its worker, or when its lease runs out. The states are drawn in
docs/state-machines.md ("Work queue").
"""

import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString, TypeVar

import psycopg
from psycopg import Connection, sql
from psycopg.rows import class_row

from shared.database import Database, fetch_value
from shared.work_queue_states import SETTLED, WAITING, WORKED_ON, WorkState

Row = TypeVar("Row")

# Assignments and conditions that statements of every queue share. They need the parameters `worker` and `lease`.
DUE = "state IN ({waiting}) AND next_attempt_at <= clock_timestamp()"
CLAIMED = """state = {claimed}, claimed_by = %(worker)s, fence = fence + 1,
             lease_until = clock_timestamp() + %(lease)s * interval '1 second'"""
ENDED = "claimed_by = NULL, lease_until = NULL"
RECLAIM = """
    WITH workers AS MATERIALIZED (
        SELECT DISTINCT claimed_by FROM {table}
         WHERE state IN ({worked_on}) AND claimed_by IS DISTINCT FROM %(except_for)s
    ), gone AS MATERIALIZED (
        SELECT claimed_by FROM workers
         WHERE pg_try_advisory_xact_lock(hashtext('sender:' || current_schema()), claimed_by)
    )
    UPDATE {table} SET {released}{outcome_unknown}
     WHERE state IN ({worked_on})
       AND (claimed_by IN (SELECT claimed_by FROM gone) OR lease_until < clock_timestamp())
    RETURNING {reclaimed}
"""
RELEASE = "UPDATE {table} SET {released} WHERE state = {claimed} AND claimed_by = %(worker)s"


class WorkQueue:
    """A table with the columns id, state, attempts, fence, claimed_by, lease_until and next_attempt_at."""

    def __init__(
        self,
        table: str,
        *,
        waiting: Iterable[StrEnum],
        worked_on: Iterable[StrEnum],
        released_to: LiteralString,
        outcome_unknown: LiteralString = "",
        reclaimed: LiteralString = "id",
    ) -> None:
        """Rows in a `waiting` state may be claimed; the first of `worked_on` is the state of a new claim.

        `released_to` is SQL for the state of a row whose claim ends without a result. `outcome_unknown` are further
        assignments where that happens because its worker was lost; `reclaimed` are the columns that `reclaim_expired`
        returns.
        """
        self.waiting, self.worked_on = tuple(waiting), tuple(worked_on)
        self._parts: dict[str, sql.Composable] = {
            "table": sql.Identifier(table),
            "waiting": _list(self.waiting),
            "worked_on": _list(self.worked_on),
            "claimed": _list(self.worked_on[:1]),
            "ended": sql.SQL(ENDED),
            "released": sql.SQL(f"state = {released_to}, {ENDED}"),
            "reclaimed": sql.SQL(reclaimed),
            "outcome_unknown": sql.SQL(f", {outcome_unknown}" if outcome_unknown else ""),
        }
        self._parts["due"] = sql.SQL(DUE).format(**self._parts)
        self._parts["claim"] = sql.SQL(CLAIMED).format(**self._parts)
        self._reclaim = self.compose(RECLAIM)
        self._release = self.compose(RELEASE)

    def compose(self, template: LiteralString) -> bytes:
        """Returns a statement in which the names in braces are filled in.

        `{due}` is the condition of rows that may be claimed, `{claim}`, `{ended}` and `{released}` are assignments of
        a row that is claimed, settled or given back; `{table}`, `{waiting}`, `{worked_on}` and `{claimed}` are names.
        """
        return sql.SQL(template).format(**self._parts).as_bytes(None)

    def settlement(self, assignments: LiteralString, *, sources: Iterable[StrEnum]) -> bytes:
        """Returns a statement that settles the row of `id` and `fence` if it is in one of the states `sources`.

        It returns the new state, or no row if the claim is no longer ours.
        """
        statement = sql.SQL("""
            UPDATE {table} SET {ended}, {assignments}
             WHERE id = %(id)s AND fence = %(fence)s AND state IN ({sources})
            RETURNING state
        """)
        parts = {"assignments": sql.SQL(assignments), "sources": _list(sources)}
        return statement.format(**self._parts, **parts).as_bytes(None)

    def reclaim_expired(self, conn: Connection, row: type[Row], *, except_for: int | None = None) -> list[Row]:
        """Takes back what workers claimed that are gone, or that let their lease run out; returns these as rows.

        The worker `except_for` counts as alive.
        """
        with conn.cursor(row_factory=class_row(row)) as cursor:
            return cursor.execute(self._reclaim, {"except_for": except_for}).fetchall()

    def release(self, conn: Connection, *, worker: int) -> int:
        """Gives back what this worker claimed and has not begun with; returns the number of rows."""
        return conn.execute(self._release, {"worker": worker}).rowcount

    def role(self, state: StrEnum) -> WorkState:
        """Returns what a state of the table is to a work queue."""
        return WAITING if state in self.waiting else WORKED_ON if state in self.worked_on else SETTLED


def _list(states: Iterable[StrEnum]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Literal(state.value) for state in states)


@dataclass(frozen=True)
class Backoff:
    """Pauses between tries, in seconds; the last one repeats. Each is multiplied by a random number within `jitter`,
    so that what failed together is not tried again together.
    """

    pauses: tuple[float, ...]
    jitter: tuple[float, float]

    def seconds(self, tries: int, *, at_least: float = 0.0) -> float:
        """Returns the pause after a try that `tries` others came before."""
        pause = self.pauses[min(max(tries, 0), len(self.pauses) - 1)]
        return max(pause, at_least) * random.uniform(*self.jitter)  # noqa: S311 - not a secret


class WorkerConnection:
    """A worker's own connection in autocommit mode; its advisory lock says that the worker lives. One thread's own."""

    def __init__(self, *, options: str | None = None) -> None:
        """`options` are command-line options of the database session."""
        self.options = options
        self.number = _draw_number()
        self.conn: Connection | None = None

    def open(self, database: Database) -> Connection:
        """Returns the connection, opened if needed. A worker that lost it keeps its number if that is still free."""
        if self.conn is None or self.conn.closed:
            self.conn = psycopg.connect(database.conninfo, autocommit=True, options=self.options)
            while not register_worker(self.conn, self.number):
                self.number = _draw_number()
        database.set_clock(self.conn)
        return self.conn

    def close(self) -> None:
        """Drops the connection: others take over what was claimed."""
        if self.conn:
            with suppress(psycopg.Error):
                self.conn.close()
        self.conn = None


def register_worker(conn: Connection, number: int) -> bool:
    """Registers the worker of this number for as long as the connection lasts; False if another has the number."""
    statement = "SELECT pg_try_advisory_lock(hashtext('sender:' || current_schema()), %(number)s)"
    return fetch_value(conn, statement, number=number)


def _draw_number() -> int:
    return random.getrandbits(31)
