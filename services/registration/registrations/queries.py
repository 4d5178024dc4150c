"""Seats and registrations. Whoever changes a seat holds its row's lock first, so the ledger and the waiting list are
numbered without gaps.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.registration.programme.queries import Session
from shared.database import execute, fetch, fetch_one


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


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who registers; `email` is folded."""

    email: str
    name: str
    library: dict[str, Any]
    job_title: str | None = None


def lock_seats(conn: Connection, session_id: UUID) -> None:
    """Let nobody else change this session's seats until the transaction ends."""
    sql = "SELECT FROM seats WHERE session_id = %(session_id)s FOR UPDATE"
    execute(conn, sql, session_id=session_id)


def upsert_seats(conn: Connection, session_id: UUID, *, session_revision: int, capacity: int | None) -> None:
    """Follow a session to its next revision, and lock its seats. Those taken stay taken, also where there are fewer
    now.
    """
    sql = """
        INSERT INTO seats (session_id, session_revision, capacity, ceiling)
        VALUES (%(session_id)s, %(session_revision)s, %(capacity)s, coalesce(%(capacity)s, 2147483647))
        ON CONFLICT (session_id) DO UPDATE
           SET session_revision = excluded.session_revision, capacity = excluded.capacity,
               ceiling = greatest(excluded.ceiling, seats.taken)
    """
    execute(conn, sql, session_id=session_id, session_revision=session_revision, capacity=capacity)


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


def select_many(conn: Connection, ids: list[UUID]) -> list[Registration]:
    """These registrations, in the order in which they came."""
    sql = "SELECT * FROM registration_details WHERE id = ANY(%(ids)s) ORDER BY session_id, joined"
    return fetch(conn, Registration, sql, ids=ids)


def take_place(
    conn: Connection, session: Session, applicant: Applicant, *, id: UUID, person_id: UUID
) -> Registration | None:
    """Take a seat, or the next place in line where none is free or others wait; None where the session is no longer as
    it was judged.

    One statement, since the seats are locked from it to the commit; waiting for that lock, it sees them as they are
    then. `person_id` is for a person who is not known yet. Violates `registrations_one_active` where this person has
    a place that `select_active` did not see yet.
    """
    sql = """
        WITH place AS (
            UPDATE seats
               SET taken = taken + (taken < ceiling AND waitlisted = 0)::int,
                   entries = entries + (taken < ceiling AND waitlisted = 0)::int,
                   waitlisted = waitlisted + (taken >= ceiling OR waitlisted > 0)::int,
                   joined = joined + 1
             WHERE session_id = %(session_id)s AND session_revision = %(session_revision)s
            RETURNING joined, entries, taken, waitlisted
        ), person AS (
            INSERT INTO people (id, email, name) SELECT %(person_id)s, %(email)s, %(name)s FROM place
            ON CONFLICT (email) DO UPDATE SET name = excluded.name
            RETURNING id, email, name
        ), registration AS (
            INSERT INTO registrations (id, session_id, person_id, status, joined, job_title, library)
            SELECT %(id)s, %(session_id)s, person.id, CASE WHEN waitlisted = 0 THEN 'confirmed' ELSE 'waitlisted' END,
                   joined, %(job_title)s, %(library)s::jsonb
              FROM place, person
            RETURNING id, revision, session_id, status, joined, person_id, job_title, library, registered_at
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entries, 1, taken, 'registered', %(id)s FROM place WHERE waitlisted = 0
        )
        SELECT registration.*, %(session_slug)s::text AS session_slug, email, name, nullif(waitlisted, 0) AS position
          FROM registration, person, place
    """
    return fetch_one(
        conn,
        Registration,
        sql,
        id=id,
        session_id=session.id,
        session_revision=session.revision,
        session_slug=session.slug,
        person_id=person_id,
        email=applicant.email,
        name=applicant.name,
        job_title=applicant.job_title,
        library=orjson.dumps(applicant.library).decode(),
    )


def cancel(conn: Connection, session_id: UUID, ids: list[UUID], *, cause: str) -> dict[UUID, str]:
    """Give up these registrations' seats and places in line; what each had, of those that had any.

    The caller holds the seats' lock.
    """
    sql = """
        WITH held AS (
            SELECT id, status, row_number() OVER (PARTITION BY status ORDER BY joined) AS number
              FROM registrations
             WHERE id = ANY(%(ids)s) AND session_id = %(session_id)s AND status <> 'cancelled'
        ), cancelled AS (
            UPDATE registrations SET status = 'cancelled', revision = revision + 1 WHERE id IN (SELECT id FROM held)
        ), counted AS (
            SELECT count(*) FILTER (WHERE status = 'confirmed')::int AS seated,
                   count(*) FILTER (WHERE status = 'waitlisted')::int AS waiting
              FROM held
        ), place AS (
            UPDATE seats
               SET taken = taken - seated, waitlisted = waitlisted - waiting, entries = entries + seated,
                   ceiling = greatest(coalesce(capacity, 2147483647), taken - seated)
              FROM counted
             WHERE session_id = %(session_id)s
            RETURNING entries - seated AS entry, taken + seated AS taken
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entry + number, -1, taken - number, %(cause)s, id
              FROM held, place WHERE status = 'confirmed'
        )
        SELECT id, status FROM held
    """
    return dict(conn.execute(sql, {"ids": ids, "session_id": session_id, "cause": cause}).fetchall())


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
               SET taken = taken + number, waitlisted = waitlisted - number, entries = entries + number
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
    """Every registration of the session that is not cancelled."""
    sql = "SELECT id FROM registrations WHERE session_id = %(session_id)s AND status <> 'cancelled'"
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


def select_latest_details(conn: Connection, person_id: UUID) -> Registration | None:
    """The registration in which this person last told of themselves."""
    sql = """
        SELECT * FROM registration_details WHERE person_id = %(person_id)s ORDER BY registered_at DESC, id DESC LIMIT 1
    """
    return fetch_one(conn, Registration, sql, person_id=person_id)
