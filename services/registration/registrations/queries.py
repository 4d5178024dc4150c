"""Seats and registrations. Whoever changes a seat holds its row's lock first, so the ledger and the waiting list are
numbered without gaps.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class Registration:
    """`position` is the place on the waiting list, from 1; None unless waitlisted."""

    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    status: str
    joined: int
    position: int | None
    person_id: UUID
    email: str
    name: str
    job_title: str | None
    library: dict[str, Any]
    registered_at: datetime


@dataclass(frozen=True)
class Seats:
    session_id: UUID
    session_slug: str
    capacity: int | None
    taken: int
    waitlisted: int
    revision: int


def lock_seats(conn: Connection, session_id: UUID) -> None:
    """Let nobody else change this session's seats until the transaction ends."""
    sql = "SELECT FROM seats WHERE session_id = %(session_id)s FOR UPDATE"
    execute(conn, sql, session_id=session_id)


def upsert_capacity(conn: Connection, session_id: UUID, capacity: int | None) -> None:
    """Set how many seats there are; those taken stay taken, also where there are fewer now."""
    sql = """
        INSERT INTO seats (session_id, capacity, ceiling)
        VALUES (%(session_id)s, %(capacity)s, coalesce(%(capacity)s, 2147483647))
        ON CONFLICT (session_id) DO UPDATE
           SET capacity = excluded.capacity, ceiling = greatest(excluded.ceiling, seats.taken), changed = true
         WHERE seats.capacity IS DISTINCT FROM excluded.capacity
    """
    execute(conn, sql, session_id=session_id, capacity=capacity)


def select_active(conn: Connection, session_id: UUID, email: str) -> Registration | None:
    """The registration that stands for this person and session."""
    sql = """
        SELECT * FROM registration_details
         WHERE session_id = %(session_id)s AND email = %(email)s AND status <> 'cancelled'
    """
    return fetch_one(conn, Registration, sql, session_id=session_id, email=email)


def select(conn: Connection, id: UUID) -> Registration | None:
    """A registration by its id, whatever became of it."""
    sql = "SELECT * FROM registration_details WHERE id = %(id)s"
    return fetch_one(conn, Registration, sql, id=id)


def insert(
    conn: Connection,
    *,
    id: UUID,
    session_id: UUID,
    person_id: UUID,
    job_title: str | None,
    library: dict[str, Any],
    newsletter: bool,
) -> str:
    """Take a seat, or the next place in line where none is free or others wait; the status that this gave.

    The caller holds the seats' lock.
    """
    sql = """
        WITH before AS (
            SELECT taken < ceiling AND waitlisted = 0 AS free FROM seats WHERE session_id = %(session_id)s
        ), place AS (
            UPDATE seats
               SET taken = taken + free::int, waitlisted = waitlisted + (NOT free)::int,
                   joined = joined + 1, entries = entries + free::int, changed = true
              FROM before
             WHERE session_id = %(session_id)s
            RETURNING free, joined, entries, taken
        ), registration AS (
            INSERT INTO registrations (id, session_id, person_id, status, joined, job_title, library, newsletter)
            SELECT %(id)s, %(session_id)s, %(person_id)s, CASE WHEN free THEN 'confirmed' ELSE 'waitlisted' END, joined,
                   %(job_title)s, %(library)s::jsonb, %(newsletter)s
              FROM place
            RETURNING id, status
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entries, 1, taken, 'registered', %(id)s FROM place WHERE free
        )
        SELECT status FROM registration
    """
    return fetch_value(
        conn,
        sql,
        id=id,
        session_id=session_id,
        person_id=person_id,
        job_title=job_title,
        library=orjson.dumps(library).decode(),
        newsletter=newsletter,
    )


def cancel(conn: Connection, id: UUID, session_id: UUID, *, cause: str) -> None:
    """Give up a seat or a place in line. The caller holds the seats' lock and knows that the registration is active."""
    sql = """
        WITH held AS (
            SELECT (status = 'confirmed')::int AS seat, (status = 'waitlisted')::int AS wait
              FROM registrations WHERE id = %(id)s
        ), cancelled AS (
            UPDATE registrations SET status = 'cancelled', revision = revision + 1 WHERE id = %(id)s
        ), place AS (
            UPDATE seats
               SET taken = taken - seat, waitlisted = waitlisted - wait, entries = entries + seat, changed = true,
                   ceiling = greatest(coalesce(capacity, 2147483647), taken - seat)
              FROM held
             WHERE session_id = %(session_id)s
            RETURNING entries, taken, seat
        )
        INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
        SELECT %(session_id)s, entries, -1, taken, %(cause)s, %(id)s FROM place WHERE seat = 1
    """
    execute(conn, sql, id=id, session_id=session_id, cause=cause)


def promote(conn: Connection, session_id: UUID, *, cause: str) -> list[UUID]:
    """Give every free seat to the head of the waiting list, in order; the registrations that got one.

    The one way in which anybody leaves the waiting list upwards. The caller holds the seats' lock.
    """
    sql = """
        WITH head AS (
            SELECT id, row_number() OVER (ORDER BY joined) AS place
              FROM registrations
             WHERE session_id = %(session_id)s AND status = 'waitlisted'
             ORDER BY joined
             LIMIT (SELECT greatest(coalesce(capacity, 2147483647) - taken, 0) FROM seats
                     WHERE session_id = %(session_id)s)
        ), promoted AS (
            UPDATE registrations SET status = 'confirmed', revision = revision + 1 WHERE id IN (SELECT id FROM head)
        ), counted AS (
            UPDATE seats
               SET taken = taken + number, waitlisted = waitlisted - number, entries = entries + number, changed = true
              FROM (SELECT count(*)::int AS number FROM head) AS given
             WHERE session_id = %(session_id)s AND number > 0
            RETURNING entries - number AS entry, taken - number AS taken
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entry + place, 1, taken + place, %(cause)s, id FROM head, counted
        )
        SELECT id FROM head ORDER BY place
    """
    return [row[0] for row in conn.execute(sql, {"session_id": session_id, "cause": cause})]


def select_active_ids(conn: Connection, session_id: UUID) -> list[UUID]:
    """Every registration of the session that is not cancelled, the seated first."""
    sql = """
        SELECT id FROM registrations WHERE session_id = %(session_id)s AND status <> 'cancelled' ORDER BY status, joined
    """
    return [row[0] for row in conn.execute(sql, {"session_id": session_id})]


def select_page(
    conn: Connection, session_id: UUID, *, status: str | None, after: int, limit: int
) -> list[Registration]:
    """Registrations of a session in the order in which they came, from the one after `joined` number `after`."""
    sql = """
        SELECT * FROM registration_details
         WHERE session_id = %(session_id)s AND joined > %(after)s
           AND (%(status)s::text IS NULL OR status = %(status)s)
         ORDER BY joined LIMIT %(limit)s
    """
    return fetch(conn, Registration, sql, session_id=session_id, status=status, after=after, limit=limit)


def select_seats(conn: Connection, session_id: UUID) -> Seats | None:
    sql = """
        SELECT seats.session_id, sessions.slug AS session_slug, capacity, taken, waitlisted, seats.revision
          FROM seats JOIN sessions ON sessions.id = seats.session_id
         WHERE seats.session_id = %(session_id)s
    """
    return fetch_one(conn, Seats, sql, session_id=session_id)


def claim_changed_seats(conn: Connection, *, limit: int) -> list[Seats]:
    """Seats that changed since it was last announced, each with its next revision; those in use by others wait."""
    sql = """
        WITH due AS (
            SELECT session_id FROM seats WHERE changed ORDER BY session_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
        UPDATE seats SET changed = false, revision = seats.revision + 1
          FROM due, sessions
         WHERE seats.session_id = due.session_id AND sessions.id = due.session_id
        RETURNING seats.session_id, sessions.slug AS session_slug, capacity, taken, waitlisted, seats.revision
    """
    return fetch(conn, Seats, sql, limit=limit)


def select_latest_details(conn: Connection, person_id: UUID) -> Registration | None:
    """The registration in which this person last told of themselves."""
    sql = """
        SELECT * FROM registration_details WHERE person_id = %(person_id)s ORDER BY registered_at DESC, id DESC LIMIT 1
    """
    return fetch_one(conn, Registration, sql, person_id=person_id)
