"""Repairing a copy of another service's state from its snapshots, and telling what was wrong with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from shared.database import execute, fetch_dicts
from shared.errors import NotFound
from shared.events.catalog_snapshots import Snapshot
from shared.events.envelope import Envelope

DAYS = 35
# These give access to a session, so reports leave them out.
HIDDEN = {"join_url", "online"}

Row = dict[str, Any]


@contextmanager
def compare_snapshot(conn: Connection, table: str, event: Snapshot, envelope: Envelope) -> Iterator[None]:
    """Take a snapshot in within the block, and keep what that changed in the row of its subject in `table`."""
    before = _select_row(conn, table, envelope.subject)
    yield
    after = _select_row(conn, table, envelope.subject)
    insert_outcome(conn, event, envelope, *_judge(before, after, envelope.sequence))


def _judge(before: Row | None, after: Row | None, revision: int) -> tuple[str, Row]:
    if before is None:
        return "added", {}
    if before["revision"] > revision:
        return "older", {}
    now = after or {}
    names = [name for name, value in before.items() if value != now.get(name)]
    shown = {name: ["hidden"] * 2 if name in HIDDEN else [before[name], now.get(name)] for name in names}
    return ("repaired" if names else "same"), shown


def _select_row(conn: Connection, table: str, id: str) -> Row | None:
    query = sql.SQL("SELECT to_jsonb(held) FROM {} AS held WHERE id = %s").format(sql.Identifier(table))
    row = conn.execute(query, [UUID(id)]).fetchone()
    return row[0] if row else None


def insert_outcome(conn: Connection, event: Snapshot, envelope: Envelope, outcome: str, changes: Row) -> None:
    sql = """
        INSERT INTO snapshot_outcomes (batch, aggregate, subject, revision, size, whole, outcome, changes)
        VALUES (%(batch)s, %(aggregate)s, %(subject)s, %(revision)s, %(size)s, %(whole)s, %(outcome)s, %(changes)s)
        ON CONFLICT (batch, aggregate, subject) DO NOTHING
    """
    execute(
        conn,
        sql,
        batch=event.batch,
        aggregate=envelope.aggregate,
        subject=envelope.subject,
        revision=envelope.sequence,
        size=event.size,
        whole=event.whole,
        outcome=outcome,
        changes=Jsonb(changes),
    )


def report(conn: Connection, batch: UUID, tables: Mapping[str, str]) -> dict[str, Any]:
    """Return the report of a batch: how many snapshots came of how many, which rows differed in which columns, and for
    a complete batch the ids of rows that the publisher did not send. `tables` are those of the copy, by aggregate.
    Raises NotFound if nothing of the batch has come.
    """
    sql = """
        SELECT aggregate, max(size) AS size, bool_and(whole) AS whole, count(*) AS handled,
               count(*) FILTER (WHERE outcome = 'same') AS same,
               count(*) FILTER (WHERE outcome = 'older') AS older
          FROM snapshot_outcomes WHERE batch = %(batch)s GROUP BY aggregate
    """
    found = fetch_dicts(conn, sql, batch=batch)
    if not found:
        raise NotFound("Nothing of this batch has been handled here.")
    came = found[0]
    differing = """
        SELECT subject AS id, revision, outcome, changes FROM snapshot_outcomes
         WHERE batch = %(batch)s AND outcome IN ('repaired', 'added') ORDER BY subject
    """
    complete = came["handled"] == came["size"]
    unknown = _select_unsent(conn, batch, tables[came["aggregate"]]) if complete and came["whole"] else None
    return {
        "batch": batch,
        **came,
        "complete": complete,
        "differed": fetch_dicts(conn, differing, batch=batch),
        "held_and_not_sent": unknown,
    }


def _select_unsent(conn: Connection, batch: UUID, table: str) -> list[UUID]:
    query = sql.SQL("""
        SELECT id FROM {} WHERE id::text NOT IN (SELECT subject FROM snapshot_outcomes WHERE batch = %s) ORDER BY id
    """)
    return [row[0] for row in conn.execute(query.format(sql.Identifier(table)), [batch])]


def delete_outcomes(conn: Connection) -> None:
    """Delete reports of batches that are 35 days old."""
    sql = "DELETE FROM snapshot_outcomes WHERE at < clock_timestamp() - make_interval(days => %(days)s)"
    execute(conn, sql, days=DAYS)
