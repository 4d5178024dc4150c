"""SQL of groups that wait for their registrar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from shared.database import execute, fetch, fetch_dicts, fetch_one, fetch_value


@dataclass(frozen=True)
class Group:
    """A request for a group. `people` are the colleagues as the form describes them, `size` how many they are, `held`
    the seats that are held for them, `registrations` what came of it; once it has ended nothing personal is left.
    """

    id: UUID
    session_id: UUID
    session_slug: str
    status: str
    registrar_email: str | None
    registrar_name: str | None
    library: dict[str, Any] | None
    people: list[dict[str, Any]]
    size: int
    held: int
    registrations: list[UUID]
    expires_at: datetime
    now: datetime


def insert_group(
    conn: Connection,
    *,
    id: UUID,
    session_id: UUID,
    registrar_email: str,
    registrar_name: str,
    library: dict[str, Any],
    people: list[dict[str, Any]],
    hours: int,
) -> datetime:
    """Keep a request until it is confirmed, for so many hours; until when."""
    sql = """
        INSERT INTO group_requests (id, session_id, registrar_email, registrar_name, library, people, size, expires_at)
        VALUES (%(id)s, %(session_id)s, %(registrar_email)s, %(registrar_name)s, %(library)s, %(people)s,
                jsonb_array_length(%(people)s), programme_now() + make_interval(hours => %(hours)s))
        RETURNING expires_at
    """
    return fetch_value(
        conn,
        sql,
        id=id,
        session_id=session_id,
        registrar_email=registrar_email,
        registrar_name=registrar_name,
        library=Jsonb(library),
        people=Jsonb(people),
        hours=hours,
    )


def select_group(conn: Connection, id: UUID) -> Group | None:
    sql = """
        SELECT g.id, session_id, slug AS session_slug, g.status, registrar_email, registrar_name, library, people, size,
               held, registrations, expires_at, programme_now() AS now
          FROM group_requests AS g JOIN sessions AS s ON s.id = session_id WHERE g.id = %(id)s
    """
    return fetch_one(conn, Group, sql, id=id)


def lock_groups(conn: Connection, ids: list[UUID]) -> list[Group]:
    """Those of these requests that wait, which nobody else ends until the transaction ends."""
    sql = """
        SELECT g.id, session_id, slug AS session_slug, g.status, registrar_email, registrar_name, library, people, size,
               held, registrations, expires_at, programme_now() AS now
          FROM group_requests AS g JOIN sessions AS s ON s.id = session_id
         WHERE g.id = ANY(%(ids)s) AND g.status = 'pending' ORDER BY g.id FOR UPDATE OF g
    """
    return fetch(conn, Group, sql, ids=ids)


def select_held(conn: Connection, session_id: UUID) -> list[tuple[str, int]]:
    """Who registers the groups for which seats of a session are held, and how many for each."""
    sql = """
        SELECT registrar_email, held FROM group_requests
         WHERE session_id = %(session_id)s AND status = 'pending' AND held > 0
    """
    return conn.execute(sql, {"session_id": session_id}).fetchall()


def set_held(conn: Connection, id: UUID, held: int) -> None:
    execute(conn, "UPDATE group_requests SET held = %(held)s WHERE id = %(id)s", id=id, held=held)


def end_group(
    conn: Connection,
    id: UUID,
    *,
    status: Literal["confirmed", "expired", "withdrawn"],
    registrations: list[UUID] | None = None,
) -> None:
    """End a request that waits, whose seats are given back; nothing personal stays of it."""
    sql = """
        UPDATE group_requests
           SET status = %(status)s, registrar_email = NULL, registrar_name = NULL, library = NULL, people = '[]',
               held = 0, registrations = %(registrations)s, ended_at = programme_now()
         WHERE id = %(id)s AND status = 'pending'
    """
    execute(conn, sql, id=id, status=status, registrations=registrations or [])


def select_lapsed(conn: Connection, *, limit: int) -> list[UUID]:
    """Requests that nobody confirmed in time, the oldest first."""
    sql = """
        SELECT id FROM group_requests WHERE status = 'pending' AND expires_at <= programme_now()
         ORDER BY expires_at, id LIMIT %(limit)s
    """
    return [row[0] for row in conn.execute(sql, {"limit": limit})]


def delete_ended(conn: Connection, *, days: int) -> None:
    """Forget requests that ended so long ago."""
    sql = """
        DELETE FROM group_requests
         WHERE status <> 'pending' AND ended_at < programme_now() - make_interval(days => %(days)s)
    """
    execute(conn, sql, days=days)


def select_pending_of(conn: Connection, emails: list[str]) -> list[UUID]:
    """Requests that wait and in which one of these addresses is the registrar's, or a colleague's."""
    sql = """
        SELECT id FROM group_requests
         WHERE status = 'pending'
           AND (registrar_email = ANY(%(emails)s)
                OR EXISTS (SELECT FROM jsonb_array_elements(people) AS one WHERE one ->> 'email' = ANY(%(emails)s)))
         ORDER BY id
    """
    return [row[0] for row in conn.execute(sql, {"emails": emails})]


def delete_colleagues(conn: Connection, id: UUID, emails: list[str]) -> None:
    """Leave these colleagues out of a request that waits."""
    sql = """
        UPDATE group_requests
           SET people = coalesce((SELECT jsonb_agg(one ORDER BY place)
                                    FROM jsonb_array_elements(people) WITH ORDINALITY AS row (one, place)
                                   WHERE one ->> 'email' <> ALL(%(emails)s)), '[]')
         WHERE id = %(id)s AND status = 'pending'
    """
    execute(conn, sql, id=id, emails=emails)


def select_held_of(conn: Connection, emails: list[str]) -> list[dict[str, Any]]:
    """What requests that wait hold on whoever has these addresses: as the registrar, and as a colleague."""
    sql = """
        SELECT g.id, s.slug AS session, requested_at, expires_at,
               CASE WHEN registrar_email = ANY(%(emails)s) THEN registrar_email END AS registrar_email,
               CASE WHEN registrar_email = ANY(%(emails)s) THEN registrar_name END AS registrar_name,
               CASE WHEN registrar_email = ANY(%(emails)s) THEN library END AS library,
               (SELECT jsonb_agg(one) FROM jsonb_array_elements(people) AS one
                 WHERE one ->> 'email' = ANY(%(emails)s)) AS described
          FROM group_requests AS g JOIN sessions AS s ON s.id = session_id
         WHERE g.status = 'pending'
           AND (registrar_email = ANY(%(emails)s)
                OR EXISTS (SELECT FROM jsonb_array_elements(people) AS one WHERE one ->> 'email' = ANY(%(emails)s)))
         ORDER BY requested_at, g.id
    """
    return fetch_dicts(conn, sql, emails=emails)
