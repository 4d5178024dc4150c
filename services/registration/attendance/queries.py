"""Attendance and views."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_one, fetch_value

# From the least sure to the surest. `join` is what 0.1.0 made of the link to join, and proves nothing.
SOURCES = ["join", "door", "report", "staff"]


@dataclass(frozen=True)
class Attendance:
    id: UUID
    revision: int
    person_id: UUID
    minutes: int | None
    attended: bool


@dataclass(frozen=True)
class View:
    """`watched_seconds` counts each second once; `elapsed_seconds` is since the heartbeat before, by the programme's
    clock.
    """

    id: UUID
    person_id: UUID
    session_id: UUID
    last_position: int
    watched_seconds: int
    elapsed_seconds: float
    viewed: bool


@dataclass(frozen=True)
class Seated:
    """Somebody with a seat."""

    registration_id: UUID
    person_id: UUID
    email: str
    name: str
    library: str | None
    code: str


def select_seated(conn: Connection, session_id: UUID) -> list[Seated]:
    """Everybody with a seat in this session who was not erased, in the order in which they came."""
    sql = """
        SELECT facts.id AS registration_id, person_id, facts.email, facts.name, library ->> 'name' AS library, code
          FROM registration_facts AS facts JOIN people AS p ON p.id = person_id
         WHERE session_id = %(session_id)s AND status = 'confirmed' AND p.erased_at IS NULL ORDER BY joined
    """
    return fetch(conn, Seated, sql, session_id=session_id)


def raise_attendance(conn: Connection, id: UUID) -> int | None:
    """Give what is known of a presence its next revision, though nothing of it changed; None where there is none."""
    sql = """
        UPDATE attendance SET revision = next_revision(revision) WHERE id = %(id)s AND source <> 'join'
        RETURNING revision
    """
    return fetch_value(conn, sql, id=id)


def mark_opened(conn: Connection, registration_id: UUID) -> None:
    """Note when the way into an online session was first asked for."""
    sql = "UPDATE registrations SET opened_at = programme_now() WHERE id = %(id)s AND opened_at IS NULL"
    execute(conn, sql, id=registration_id)


def upsert_attendance(
    conn: Connection, session_id: UUID, presences: dict[UUID, tuple[bool, int | None]], *, source: str
) -> list[Attendance]:
    """Record whether, and for how many minutes, each person was there. What is known from a surer source stays, and
    nothing is recorded of who was erased. Returns what is new or different.
    """
    sql = """
        INSERT INTO attendance (id, session_id, person_id, minutes, attended, source, joined_at)
        SELECT gen_random_uuid(), %(session_id)s, person_id, minutes, attended, %(source)s,
               CASE WHEN %(source)s = 'door' THEN programme_now() END
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (person_id uuid, attended boolean, minutes integer)
          JOIN people ON people.id = person_id AND erased_at IS NULL
         ORDER BY person_id
           FOR KEY SHARE OF people
        ON CONFLICT (session_id, person_id) DO UPDATE
           SET minutes = excluded.minutes, attended = excluded.attended, source = excluded.source,
               joined_at = coalesce(attendance.joined_at, excluded.joined_at),
               revision = next_revision(attendance.revision)
         WHERE array_position(%(sources)s, excluded.source) >= array_position(%(sources)s, attendance.source)
           AND (attendance.minutes, attendance.attended, attendance.source)
               IS DISTINCT FROM (excluded.minutes, excluded.attended, excluded.source)
        RETURNING id, revision, person_id, minutes, attended
    """
    rows = [
        {"person_id": str(person), "attended": attended, "minutes": minutes}
        for person, (attended, minutes) in presences.items()
    ]
    return fetch(
        conn,
        Attendance,
        sql,
        session_id=session_id,
        source=source,
        sources=SOURCES,
        rows=orjson.dumps(rows).decode(),
    )


def select_joined_at(conn: Connection, session_id: UUID, person_id: UUID) -> datetime | None:
    """When this person was first seen to come at the door."""
    sql = "SELECT joined_at FROM proven_attendance WHERE session_id = %(session_id)s AND person_id = %(person_id)s"
    return fetch_value(conn, sql, session_id=session_id, person_id=person_id)


def lock_view(conn: Connection, session_id: UUID, person_id: UUID, *, id: UUID, position: int) -> View:
    """This person's view of this session's recording, begun at `position` where there is none; locked."""
    sql = """
        INSERT INTO views (id, session_id, person_id, last_position)
        VALUES (%(id)s, %(session_id)s, %(person_id)s, %(position)s)
        ON CONFLICT (session_id, person_id) DO NOTHING
    """
    execute(conn, sql, id=id, session_id=session_id, person_id=person_id, position=position)
    sql = """
        SELECT id, person_id, session_id, last_position, viewed_at IS NOT NULL AS viewed,
               extract(epoch FROM programme_now() - last_at)::float AS elapsed_seconds,
               coalesce((SELECT sum(upper(part) - lower(part)) FROM unnest(watched) AS part), 0)::int AS watched_seconds
          FROM views WHERE session_id = %(session_id)s AND person_id = %(person_id)s FOR UPDATE
    """
    found = fetch_one(conn, View, sql, session_id=session_id, person_id=person_id)
    assert found
    return found


def update_view(conn: Connection, id: UUID, *, begin: int, end: int) -> int:
    """Merge the part from `begin` to `end` (seconds) into what was watched; the seconds watched in all."""
    sql = """
        UPDATE views
           SET watched = watched + int4multirange(int4range(%(begin)s, %(end)s)), last_position = %(end)s,
               last_at = programme_now()
         WHERE id = %(id)s
        RETURNING coalesce((SELECT sum(upper(part) - lower(part)) FROM unnest(watched) AS part), 0)::int AS seconds
    """
    [row] = fetch_dicts(conn, sql, id=id, begin=begin, end=end)
    return row["seconds"]


def mark_viewed(conn: Connection, id: UUID) -> None:
    sql = "UPDATE views SET viewed_at = programme_now() WHERE id = %(id)s AND viewed_at IS NULL"
    execute(conn, sql, id=id)


def count_attended(conn: Connection, session_id: UUID) -> int:
    """How many were there."""
    sql = "SELECT count(*) FROM proven_attendance WHERE session_id = %(session_id)s AND attended"
    return fetch_value(conn, sql, session_id=session_id)
