"""Restorations of the database: after one, a service reuses no number that it may have used before, and repeats no
effect that it may have had.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from shared.database import execute, fetch_one, fetch_value, set_statement_timeout
from shared.errors import Conflict
from shared.messaging import inbox, outbox

# Seconds that publishing a day's events again may take.
TIMEOUT_SECONDS = 3600


@dataclass(frozen=True)
class Restoration:
    """`restored_to` is the moment that the database was brought back to, `noted_at` when that was said, by the
    programme's clock; `floor` the lowest revision that is given to anything that changes from now on.
    """

    id: int
    restored_to: datetime
    noted_at: datetime
    floor: int


def begin(conn: Connection, *, restored_to: datetime, hours: float, needs_settling: bool) -> dict[str, Any]:
    """Note that the database was restored to a moment, and publish again what was recorded in the `hours` before it;
    with `needs_settling`, staff must settle what was done in between. Idempotent for one moment.

    Raises Conflict where that moment has not come, or where the database holds events that are later.
    """
    set_statement_timeout(conn, TIMEOUT_SECONDS)
    execute(conn, "SELECT pg_advisory_xact_lock(hashtextextended('restoration:' || current_schema(), 0))")
    known = _select(conn, restored_to)
    if known is None:
        _refuse_impossible(conn, restored_to)
        _insert(conn, restored_to, settled=not needs_settling)
    replayed = 0 if known else outbox.replay(conn, since=_before(conn, restored_to, hours))
    noted = known or _select(conn, restored_to)
    assert noted
    return {
        "noted_before": known is not None,
        "restored_to": noted.restored_to,
        "noted_at": noted.noted_at,
        "revisions_from": noted.floor,
        "events_published_again": replayed,
        "events_to_handle": inbox.depth(conn)["depth"],
    }


def lock_open(conn: Connection) -> Restoration | None:
    """Return the last restoration that is not settled, and lock it."""
    sql = """
        SELECT id, restored_to, noted_at, floor FROM restorations
         WHERE settled_at IS NULL ORDER BY noted_at DESC LIMIT 1 FOR UPDATE
    """
    return fetch_one(conn, Restoration, sql)


def settle(conn: Connection) -> None:
    """It was decided what was done before every restoration that was noted."""
    execute(conn, "UPDATE restorations SET settled_at = clock_timestamp() WHERE settled_at IS NULL")


def _select(conn: Connection, restored_to: datetime) -> Restoration | None:
    sql = "SELECT id, restored_to, noted_at, floor FROM restorations WHERE restored_to = %(restored_to)s"
    return fetch_one(conn, Restoration, sql, restored_to=restored_to)


def _insert(conn: Connection, restored_to: datetime, *, settled: bool) -> None:
    sql = """
        INSERT INTO restorations (restored_to, settled_at)
        VALUES (%(restored_to)s, CASE WHEN %(settled)s THEN clock_timestamp() END)
    """
    execute(conn, sql, restored_to=restored_to, settled=settled)


def _before(conn: Connection, moment: datetime, hours: float) -> str:
    sql = "SELECT (%(moment)s::timestamptz - %(hours)s * interval '1 hour')::text"
    return fetch_value(conn, sql, moment=moment, hours=hours)


def _refuse_impossible(conn: Connection, restored_to: datetime) -> None:
    """A moment that cannot be the one: nothing that the database holds is later than that."""
    sql = """
        SELECT %(moment)s > clock_timestamp() AS future,
               EXISTS (SELECT FROM outbox WHERE created_at > %(moment)s) AS later
    """
    row = conn.execute(sql, {"moment": restored_to}).fetchone()
    if row and row[0]:
        raise Conflict("That moment has not come yet.", problem="not-yet")
    if row and row[1]:
        raise Conflict(
            "The database holds events that are later than that: it was not restored to it.", problem="later"
        )
