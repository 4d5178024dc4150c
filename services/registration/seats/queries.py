"""Registrations, read and corrected; their places are `seats`'."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class Registration:
    """`position` is the place on the waiting list, from 1; None unless waitlisted. `offered_until` is when an offered
    seat must be accepted; `registered_by` names the colleague who registered them; `code` is what they say at the door;
    `generation` is of the person's links, and those to it end at `links_end_at`; `opened_at` is when they
    first opened the way into an online session.
    """

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
    accommodations: str | None
    answers: dict[str, Any]
    note: str | None
    offered_until: datetime | None
    registered_by: str | None
    timezone: str | None
    code: str
    generation: int
    links_end_at: datetime | None
    opened_at: datetime | None = None


def select_active(conn: Connection, session_id: UUID, email: str) -> Registration | None:
    """The registration that stands for this person and session."""
    sql = """
        SELECT * FROM registration_facts
         WHERE session_id = %(session_id)s AND email = %(email)s AND status <> 'cancelled'
    """
    return fetch_one(conn, Registration, sql, session_id=session_id, email=email)


def select(conn: Connection, id: UUID) -> Registration | None:
    """A registration by its id, whatever became of it."""
    sql = "SELECT * FROM registration_facts WHERE id = %(id)s"
    return fetch_one(conn, Registration, sql, id=id)


def select_many(conn: Connection, ids: list[UUID]) -> list[Registration]:
    """These registrations, in the order in which they came."""
    sql = "SELECT * FROM registration_facts WHERE id = ANY(%(ids)s) ORDER BY session_id, joined"
    return fetch(conn, Registration, sql, ids=ids)


def raise_registration(conn: Connection, id: UUID) -> int | None:
    """Give a registration its next revision, though nothing of it changed; None where there is none."""
    sql = "UPDATE registrations SET revision = next_revision(revision) WHERE id = %(id)s RETURNING revision"
    return fetch_value(conn, sql, id=id)


def update(conn: Connection, registration: Registration) -> None:
    """Write what somebody said of themselves, and the staff's note; a new revision."""
    sql = """
        UPDATE registrations
           SET job_title = %(job_title)s, library = %(library)s, accommodations = %(accommodations)s,
               answers = %(answers)s, note = %(note)s, timezone = %(timezone)s, revision = next_revision(revision)
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=registration.id,
        job_title=registration.job_title,
        library=Jsonb(registration.library),
        accommodations=registration.accommodations,
        answers=Jsonb(registration.answers),
        note=registration.note,
        timezone=registration.timezone,
    )


def select_active_ids(conn: Connection, session_id: UUID) -> list[UUID]:
    """Every registration of the session that is not cancelled."""
    sql = "SELECT id FROM registrations WHERE session_id = %(session_id)s AND status <> 'cancelled'"
    return [row[0] for row in conn.execute(sql, {"session_id": session_id})]


def select_of_person(conn: Connection, person_id: UUID) -> list[Registration]:
    """Those of a person that are not cancelled."""
    sql = """
        SELECT * FROM registration_facts WHERE person_id = %(person_id)s AND status <> 'cancelled'
         ORDER BY session_id, joined
    """
    return fetch(conn, Registration, sql, person_id=person_id)


def select_latest_details(conn: Connection, person_id: UUID) -> Registration | None:
    """The registration in which this person last told of themselves."""
    sql = """
        SELECT * FROM registration_facts WHERE person_id = %(person_id)s ORDER BY registered_at DESC, id DESC LIMIT 1
    """
    return fetch_one(conn, Registration, sql, person_id=person_id)


def lock_seats(conn: Connection, session_ids: list[UUID]) -> None:
    """Let nobody else change these sessions' seats until the transaction ends. Locked in one order, so that nobody
    waits in a circle.
    """
    sql = "SELECT FROM seats WHERE session_id = ANY(%(session_ids)s) ORDER BY session_id FOR UPDATE"
    execute(conn, sql, session_ids=session_ids)


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
