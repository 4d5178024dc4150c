"""A request takes one connection of the pool, however deep it asks for one."""

from collections.abc import Iterator

import psycopg
import pytest

from shared import runtime
from shared.runtime import connection, rolled_back_transaction, transaction
from shared.settings import Settings


@pytest.fixture
def single(database_urls: dict[str, str]) -> Iterator[None]:
    """A service whose pool has one connection, so taking a second one times out."""
    settings = Settings(
        environment="development",
        database_url=database_urls["registration"],
        broker_url="amqp://nobody@127.0.0.1:1/none",
        public_url="https://learning.example.org",
        jwks="/nonexistent",
    )
    present = runtime.build("registration", settings, "test", pool_size=1)
    present.database.open()
    with runtime.use(present):
        yield
    present.database.close()


def test_a_connection_within_a_connection_is_the_same(single: None) -> None:
    with connection() as outer, connection() as inner:
        assert inner is outer


def test_what_is_done_within_a_connection_is_done_or_undone_by_itself(single: None) -> None:
    with connection() as conn:
        conn.execute("CREATE TEMPORARY TABLE things (name text)")
        with transaction() as inner:
            inner.execute("INSERT INTO things VALUES ('kept')")
        with pytest.raises(psycopg.errors.DivisionByZero), transaction() as inner:
            inner.execute("INSERT INTO things SELECT 'lost' || 1 / n FROM generate_series(1, 0, -1) AS n")

        assert conn.execute("SELECT name FROM things").fetchall() == [("kept",)]


def test_a_trial_leaves_nothing(single: None) -> None:
    with connection() as conn:
        conn.execute("CREATE TEMPORARY TABLE things (name text)")
        with rolled_back_transaction() as inner:
            inner.execute("INSERT INTO things VALUES ('tried')")
            tried = inner.execute("SELECT count(*) FROM things").fetchone()

        assert (tried, conn.execute("SELECT count(*) FROM things").fetchone()) == ((1,), (0,))
