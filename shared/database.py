"""PostgreSQL: one pool a process, opened after the fork, and the few ways in which statements are run.

Autocommit is on; code that writes opens `transaction()`. A connection that was not used just now is checked when it is
taken, so a restarted server costs no request, and a busy one is not asked twice each time.
"""

import atexit
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, LiteralString, TypeVar
from uuid import uuid4

import psycopg
from prometheus_client import Counter, Histogram
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from shared.clock import Clock
from shared.settings import Settings, read_secret

Row = TypeVar("Row")

# Seconds to wait for a free connection: a request that finds no database is answered 503 within two seconds.
WAIT = 2.0
# Seconds to wait for what a statement answers, beyond the five that PostgreSQL gives it: a server that hangs with its
# line open, as one that is frozen does, says nothing of its own. And for the answer by which a line is known to work.
ANSWER, CHECK = 6.5, 1.0
# Seconds for which a database is taken to be away still after somebody waited for it in vain, and to wait meanwhile:
# while every thread waits for a database nobody hears that the process lives.
AWAY_STILL, GLANCE = 1.0, 0.05
# Seconds for which a connection that worked is taken to work: no server ends and is back within them.
JUST_USED = 0.2
REACH = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}

POOL_WAIT = Histogram(
    "database_pool_wait_seconds",
    "Seconds until a connection of the process's pool was had, or was not",
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1, 2),
)
POOL_ERRORS = Counter(
    "database_pool_errors_total", "Connections that were not had, in time or since too many waited already", ["reason"]
)


def conninfo(settings: Settings, process: str) -> str:
    """The connection string of this process, with the password and with bounds on how long a dead server is waited
    for.
    """
    password = read_secret(settings.database_password_file)
    secret = {"password": password} if password else {}
    return make_conninfo(settings.database_url, application_name=process, **REACH, **secret)


class PooledConnection(Connection[Any]):
    """A connection of a pool, and when it was last seen to work (`time.monotonic()`)."""

    used_at = float("-inf")


class TimeLimitedConnection(PooledConnection):
    """A connection that is given up where the server does not answer within `patience` seconds."""

    patience = ANSWER

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError("the database does not answer") from None


class Database:
    """The pool of one process. Safe under gunicorn, since nothing is opened before `open`, which is called after the
    fork.
    """

    def __init__(self, conninfo: str, clock: Clock, *, size: int, time_limited: bool = False) -> None:
        """With `time_limited`, connections give up on a server that hangs; an api needs that."""
        self.conninfo = conninfo
        self.clock = clock
        self.away_until = 0.0
        self.pool = ConnectionPool(
            conninfo,
            connection_class=TimeLimitedConnection if time_limited else PooledConnection,
            min_size=1,
            max_size=size,
            open=False,
            timeout=WAIT,
            max_waiting=size * 16,
            reconnect_timeout=30,
            kwargs={"autocommit": True},
            check=self._check,
        )

    def open(self) -> None:
        """Start connecting, in the background: a process starts also where the database is away."""
        self.pool.open(wait=False)
        atexit.register(self.close)

    def close(self) -> None:
        atexit.unregister(self.close)
        self.pool.close()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in autocommit mode, for reads of one statement."""
        conn = self._take()
        try:
            self.set_clock(conn)
            yield conn
            conn.used_at = time.monotonic()
        finally:
            self.pool.putconn(conn)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection within a transaction that commits when the block ends, and rolls back when it raises."""
        with self.connection() as conn, conn.transaction():
            yield conn

    def _take(self) -> PooledConnection:
        """A connection of the pool. Raises PoolTimeout: late at first, at once for as long as that is known."""
        wait = GLANCE if time.monotonic() < self.away_until else WAIT
        try:
            with POOL_WAIT.time():
                conn = self.pool.getconn(timeout=wait)
        except TooManyRequests:
            POOL_ERRORS.labels("full").inc()
            raise
        except PoolTimeout:
            POOL_ERRORS.labels("timeout").inc()
            self.away_until = time.monotonic() + AWAY_STILL  # there is one for each thread, so none is merely in use
            raise
        self.away_until = 0.0
        return conn

    def _check(self, conn: PooledConnection) -> None:
        if time.monotonic() - conn.used_at <= JUST_USED:
            return
        if isinstance(conn, TimeLimitedConnection):
            conn.patience = CHECK
        ConnectionPool.check_connection(conn)
        if isinstance(conn, TimeLimitedConnection):
            conn.patience = ANSWER

    def set_clock(self, conn: Connection) -> None:
        """Tell the session the programme's time; in production there is nothing to tell."""
        if self.clock.file:
            conn.execute("SELECT set_config('convene.clock_offset', %s, false)", [str(self.clock.offset())])


def isolate_failure(conn: Connection) -> AbstractContextManager[Any]:
    """A block whose statement may fail without taking with it a transaction that is open."""
    idle = conn.info.transaction_status == TransactionStatus.IDLE
    return nullcontext() if idle else conn.transaction()


def fetch(conn: Connection, row: type[Row], sql: LiteralString | bytes, **params: Any) -> list[Row]:
    """Every row of the statement, each made into a `row` by its column names."""
    with conn.cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(sql, params).fetchall()


def stream(conn: Connection, row: type[Row], sql: LiteralString, **params: Any) -> Iterator[Row]:
    """The rows of the statement one after the other, from a cursor of the server: bounded memory for any number.
    Within a transaction.
    """
    with conn.cursor(f"stream_{uuid4().hex}", row_factory=class_row(row)) as cursor:
        cursor.itersize = 1000
        yield from cursor.execute(sql, params)


def fetch_one(conn: Connection, row: type[Row], sql: LiteralString | bytes, **params: Any) -> Row | None:
    """The first row made into a `row`, or None."""
    with conn.cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(sql, params).fetchone()


def fetch_dicts(conn: Connection, sql: LiteralString, **params: Any) -> list[dict[str, Any]]:
    """Every row as a dict, for documents that go out as they are."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql, params).fetchall()


def fetch_value(conn: Connection, sql: LiteralString | bytes, **params: Any) -> Any:
    """The first column of the first row, or None."""
    row = conn.execute(sql, params).fetchone()
    return row[0] if row else None


def execute(conn: Connection, sql: LiteralString | bytes, **params: Any) -> int:
    """Run the statement and return how many rows it touched."""
    return conn.execute(sql, params).rowcount


def set_statement_timeout(conn: Connection, seconds: int) -> None:
    """Let statements of this transaction take so long."""
    conn.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
    if isinstance(conn, TimeLimitedConnection):
        conn.patience = seconds + ANSWER


def constraint_name(error: psycopg.errors.IntegrityError) -> str | None:
    """The name of the constraint that refused, for turning it into a Conflict."""
    return error.diag.constraint_name
