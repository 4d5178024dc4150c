"""Attendance and views."""

from dataclasses import dataclass
from uuid import UUID

import orjson
from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_one


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


def select_registered(conn: Connection, session_id: UUID) -> dict[str, UUID]:
    """The people with a seat in this session, by address."""
    sql = """
        SELECT p.email, p.id FROM registrations AS r JOIN people AS p ON p.id = r.person_id
         WHERE r.session_id = %(session_id)s AND r.status = 'confirmed'
    """
    return {row[0]: row[1] for row in conn.execute(sql, {"session_id": session_id})}


def upsert_attendance(
    conn: Connection, session_id: UUID, minutes: dict[UUID, int | None], *, least: int
) -> list[Attendance]:
    """Record how long each person was there; `least` minutes count as attended. Returns what is new or different."""
    sql = """
        INSERT INTO attendance (id, session_id, person_id, minutes, attended)
        SELECT gen_random_uuid(), %(session_id)s, person_id, minutes, coalesce(minutes >= %(least)s, true)
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (person_id uuid, minutes integer)
         ORDER BY person_id
        ON CONFLICT (session_id, person_id) DO UPDATE
           SET minutes = excluded.minutes, attended = excluded.attended, revision = attendance.revision + 1
         WHERE (attendance.minutes, attendance.attended) IS DISTINCT FROM (excluded.minutes, excluded.attended)
        RETURNING id, revision, person_id, minutes, attended
    """
    rows = [{"person_id": str(person), "minutes": spent} for person, spent in minutes.items()]
    return fetch(conn, Attendance, sql, session_id=session_id, least=least, rows=orjson.dumps(rows).decode())


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
