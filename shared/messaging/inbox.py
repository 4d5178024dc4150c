"""The inbox: every event that was ever received, once, and what became of it. A processor that dies loses its locks
with its connection.
"""

import hashlib
import zlib
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_value
from shared.events.envelope import Envelope
from shared.messaging.erasure import without_people

PARTITIONS = 16


@dataclass(frozen=True)
class PendingEvent:
    position: int
    type: str
    aggregate: str
    subject: str
    document: dict[str, Any]
    attempts: int


@dataclass(frozen=True)
class IncomingEvent:
    """A received event on its way into the inbox."""

    envelope: Envelope
    document: dict[str, Any]

    @property
    def digest(self) -> bytes:
        """Return the digest of the event without personal data: a publisher that erased a person may publish it again
        without them.
        """
        return _digest(without_people(self.document))

    @property
    def whole_digest(self) -> bytes:
        """Return the digest of the whole event, as earlier versions stored it."""
        return _digest(self.document)

    @property
    def lane(self) -> int:
        return zlib.crc32(f"{self.envelope.aggregate}/{self.envelope.subject}".encode()) % PARTITIONS


def insert(conn: Connection, arrivals: Sequence[IncomingEvent], *, idle: Container[str] = ()) -> int:
    """Take the events in, in one statement; those seen before are left as they are. Those of the `idle` types, for
    which there is nothing to do, are done at once. Returns how many were new.
    """
    sql = """
        WITH added AS (
            INSERT INTO inbox (source, event_id, type, aggregate, subject, sequence, lane, document, digest, status,
                               finished_at)
            SELECT source, event_id, type, aggregate, subject, sequence, lane, document, decode(digest, 'hex'),
                   CASE WHEN idle THEN 'done' ELSE 'pending' END, CASE WHEN idle THEN clock_timestamp() END
              FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
                   source text, event_id text, type text, aggregate text, subject text, sequence bigint, lane smallint,
                   document jsonb, digest text, idle boolean)
            ON CONFLICT (source, event_id) DO NOTHING
            RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_inbox', '') FROM added
    """
    rows = [
        {
            "source": arrival.envelope.source,
            "event_id": str(arrival.envelope.id),
            "type": arrival.envelope.type,
            "aggregate": arrival.envelope.aggregate,
            "subject": arrival.envelope.subject,
            "sequence": arrival.envelope.sequence,
            "lane": arrival.lane,
            "document": arrival.document,
            "digest": arrival.digest.hex(),
            "idle": arrival.envelope.type in idle,
        }
        for arrival in arrivals
    ]
    return fetch_value(conn, sql, rows=orjson.dumps(rows).decode())


def select_id_collisions(conn: Connection, arrivals: Sequence[IncomingEvent]) -> set[bytes]:
    """Digests of the arrivals whose id is known from an event that says something else, of other things than people: a
    publisher used an id twice.
    """
    sql = """
        SELECT came.digest
          FROM unnest(%(sources)s::text[], %(ids)s::text[], %(digests)s::bytea[], %(whole)s::bytea[])
               AS came (source, event_id, digest, whole)
          JOIN inbox ON inbox.source = came.source AND inbox.event_id = came.event_id
                    AND inbox.digest NOT IN (came.digest, came.whole)
    """
    params = {
        "sources": [arrival.envelope.source for arrival in arrivals],
        "ids": [str(arrival.envelope.id) for arrival in arrivals],
        "digests": [arrival.digest for arrival in arrivals],
        "whole": [arrival.whole_digest for arrival in arrivals],
    }
    return {row[0] for row in conn.execute(sql, params)}


def lock_partition(conn: Connection) -> tuple[int, bool] | None:
    """Take, for this connection, a lane that has work and that nobody works on, and whether no other has any; None
    where there is none.
    """
    sql = """
        WITH due AS MATERIALIZED (
            SELECT DISTINCT lane
              FROM (SELECT lane FROM inbox
                     WHERE status = 'pending' AND next_attempt_at <= clock_timestamp()
                     ORDER BY position LIMIT 1000) AS head
        ), shuffled AS MATERIALIZED (SELECT lane FROM due ORDER BY random())
        SELECT lane, (SELECT count(*) FROM due) = 1 FROM shuffled
         WHERE pg_try_advisory_lock(hashtext('inbox:' || current_schema()), lane::integer)
         LIMIT 1
    """
    return conn.execute(sql).fetchone()


def unlock_partition(conn: Connection, lane: int) -> None:
    sql = "SELECT pg_advisory_unlock(hashtext('inbox:' || current_schema()), %(lane)s::integer)"
    execute(conn, sql, lane=lane)


def claim(conn: Connection, lane: int, *, limit: int) -> list[PendingEvent]:
    """The lane's next events in order, their attempts counted before anything is done, so that one which kills the
    process is found.

    An event that waits for its next attempt holds back the later ones of its aggregate; none waits that is pending no
    more, so only the index of those that wait can answer which do. One that was attempted before comes alone. The count
    outlives this process, and need not outlive the database's: nobody waits for its disk.
    """
    sql = """
        WITH unhurried AS MATERIALIZED (
            SELECT set_config('synchronous_commit', 'off', true)
        ), due AS (
            SELECT position, attempts, row_number() OVER (ORDER BY position) AS place
              FROM inbox AS ready
             WHERE status = 'pending' AND lane = %(lane)s AND next_attempt_at <= clock_timestamp()
               AND NOT EXISTS (SELECT FROM inbox AS held
                                WHERE held.source = ready.source AND held.aggregate = ready.aggregate
                                  AND held.subject = ready.subject AND held.position < ready.position
                                  AND held.next_attempt_at > '-infinity' AND held.next_attempt_at > clock_timestamp())
             ORDER BY position
             LIMIT %(limit)s
        ), taken AS (
            SELECT position FROM due
             WHERE place = 1
                OR place < coalesce((SELECT min(place) FROM due WHERE attempts > 0), %(limit)s + 1)
        ), counted AS (
            UPDATE inbox SET attempts = attempts + 1 FROM unhurried WHERE position IN (SELECT position FROM taken)
            RETURNING position, type, aggregate, subject, document, attempts
        )
        SELECT * FROM counted ORDER BY position
    """
    return fetch(conn, PendingEvent, sql, lane=lane, limit=limit)


def mark_done(conn: Connection, positions: Sequence[int]) -> int:
    """Mark events as handled, in the transaction of their effects."""
    sql = """
        UPDATE inbox
           SET status = 'done', next_attempt_at = '-infinity', finished_at = clock_timestamp(), last_error = NULL
         WHERE position = ANY(%(positions)s) AND status = 'pending'
    """
    return execute(conn, sql, positions=list(positions))


def postpone(conn: Connection, position: int, *, seconds: float, error: str) -> None:
    """Let the event wait for its next attempt."""
    sql = """
        UPDATE inbox
           SET next_attempt_at = clock_timestamp() + %(seconds)s * interval '1 second', last_error = %(error)s
         WHERE position = %(position)s AND status = 'pending'
    """
    execute(conn, sql, position=position, seconds=seconds, error=error)


def quarantine(conn: Connection, position: int, *, error: str) -> None:
    """Set the event aside until an operator replays or discards it."""
    sql = """
        UPDATE inbox
           SET status = 'quarantined', next_attempt_at = '-infinity', last_error = %(error)s,
               finished_at = clock_timestamp()
         WHERE position = %(position)s AND status = 'pending'
    """
    execute(conn, sql, position=position, error=error)


def depth(conn: Connection) -> dict[str, Any]:
    """Return the number of events that wait to be handled, and the age of the oldest in seconds."""
    sql = """
        SELECT count(*) AS depth,
               coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::float AS oldest_seconds
          FROM inbox WHERE status = 'pending'
    """
    return fetch_dicts(conn, sql)[0]


def select_waiting(conn: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Return events that are not handled yet, oldest first, with the last error; without the documents."""
    sql = """
        SELECT event_id AS id, type, source, subject, sequence, received_at, attempts, last_error AS error,
               CASE WHEN next_attempt_at > clock_timestamp() THEN next_attempt_at END AS next_attempt_at
          FROM inbox WHERE status = 'pending' ORDER BY position LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, limit=limit)


def _digest(document: dict[str, Any]) -> bytes:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).digest()
