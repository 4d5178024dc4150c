"""A batch reads only the rows that it takes, even if the table was analyzed while nothing waited."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from shared.events.catalog import SessionPublished
from shared.events.envelope import parse_envelope
from shared.messaging import inbox, outbox
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session
from tests.servers.engines import Engines

EVENTS = 400


def analyze(bench: Bench, engines: Engines, service: str, table: str) -> None:
    """Analyze the table as its owner, as autovacuum does."""
    database = bench.environments[service]["DATABASE_URL"].rsplit("/", 1)[1]
    with psycopg.connect(engines.database_url(database, f"{service}_owner"), autocommit=True) as owner:
        owner.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def rows_read(conn: psycopg.Connection[Any], table: str, read: Callable[[], object]) -> int:
    """Return how many rows of the table, live or dead, `read` looked at."""
    with conn.transaction():
        before = _rows_read(conn, table)
        read()
        return _rows_read(conn, table) - before


def _rows_read(conn: psycopg.Connection[Any], table: str) -> int:
    """In this transaction, and in those of the connection that are not in the statistics yet."""
    sql = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relid = %s::regclass"
    row = conn.execute(sql, [table]).fetchone()
    assert row
    return row[0]


@pytest.mark.parametrize("waits", [False, True], ids=["none-waits", "one-waits"])
def test_the_relay_reads_what_it_publishes_and_no_more(bench: Bench, engines: Engines, waits: bool) -> None:
    with bench.connect("catalog") as conn:
        bench.commit(*[SessionPublished(session=make_session()) for _ in range(EVENTS)])
        outbox.mark_published(conn, [event.event_id for event in outbox.select_unpublished(conn, limit=EVENTS)])
        analyze(bench, engines, "catalog", "outbox")
        bench.commit(*[SessionPublished(session=make_session()) for _ in range(EVENTS)])
        if waits:
            [first] = outbox.select_unpublished(conn, limit=1)
            outbox.postpone(conn, [first.event_id], error="refused")

        read = rows_read(conn, "outbox", lambda: outbox.select_unpublished(conn, limit=EVENTS))

        assert read < 4 * EVENTS


@pytest.mark.parametrize("waits", [False, True], ids=["none-waits", "one-waits"])
def test_a_lane_is_read_once_to_be_worked_off(bench: Bench, engines: Engines, waits: bool) -> None:
    with bench.connect() as conn:
        take_in(bench, conn)
        inbox.mark_done(conn, [event.position for event in inbox.claim(conn, 0, limit=EVENTS)])
        analyze(bench, engines, "registration", "inbox")
        take_in(bench, conn)
        if waits:
            [first] = inbox.claim(conn, 0, limit=1)
            inbox.postpone(conn, first.position, seconds=60, error="not now")

        read = rows_read(conn, "inbox", lambda: inbox.claim(conn, 0, limit=EVENTS))

        assert read < 6 * EVENTS


def take_in(bench: Bench, conn: psycopg.Connection[Any]) -> None:
    """Let new events be pending, all of one lane."""
    bench.commit(*[SessionPublished(session=make_session()) for _ in range(EVENTS)])
    inbox.insert(conn, [inbox.IncomingEvent(*parse_envelope(body)) for body in bench.documents()[-EVENTS:]])
    conn.execute("UPDATE inbox SET lane = 0 WHERE status = 'pending'")


def test_what_was_published_after_all_holds_nothing_back(bench: Bench) -> None:
    """One relay was refused rows that another had just sent."""
    id = uuid4()
    bench.commit(*[SessionPublished(session=make_session(id, revision=revision)) for revision in (1, 2)])
    with bench.connect("catalog") as conn:
        first, second = outbox.select_unpublished(conn, limit=2)
        outbox.postpone(conn, [first.event_id], error="refused")
        assert outbox.select_unpublished(conn, limit=2) == []

        outbox.mark_published(conn, [first.event_id])

        assert outbox.select_unpublished(conn, limit=2) == [second]


@pytest.mark.parametrize("settled", ["finished", "quarantined"])
def test_what_is_pending_no_more_holds_nothing_back(bench: Bench, settled: str) -> None:
    id = uuid4()
    bench.commit(*[SessionPublished(session=make_session(id, revision=revision)) for revision in (1, 2)])
    arrivals = [inbox.IncomingEvent(*parse_envelope(body)) for body in bench.documents()]
    lane = arrivals[0].lane
    with bench.connect() as conn:
        inbox.insert(conn, arrivals)
        [first] = inbox.claim(conn, lane, limit=1)
        inbox.postpone(conn, first.position, seconds=60, error="not now")
        assert inbox.claim(conn, lane, limit=2) == []

        if settled == "finished":
            inbox.mark_done(conn, [first.position])
        else:
            inbox.quarantine(conn, first.position, error="never")

        [later] = inbox.claim(conn, lane, limit=2)
        assert later.position > first.position
