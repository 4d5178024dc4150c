"""What links are judged by."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import fetch_one


@dataclass(frozen=True)
class Standing:
    """Whom a link to something is for, of which generation their links are now, and when one ends that does not say so
    itself; `over` are all links to it, since the person was erased or the thing is gone.
    """

    person_id: UUID
    email: str
    generation: int
    over: bool
    ends_at: datetime | None
    now: datetime


def select_of_registration(conn: Connection, id: UUID) -> Standing | None:
    sql = """
        SELECT p.id AS person_id, p.email, p.generation, p.erased_at IS NOT NULL AS over,
               greatest(s.starts_at, s.ends_at) + interval '30 days' AS ends_at, programme_now() AS now
          FROM registrations AS r
          JOIN people AS p ON p.id = r.person_id
          JOIN sessions AS s ON s.id = r.session_id
         WHERE r.id = %(id)s
    """
    return fetch_one(conn, Standing, sql, id=id)


def select_of_invitation(conn: Connection, id: UUID) -> Standing | None:
    sql = """
        SELECT p.id AS person_id, p.email, p.generation, p.erased_at IS NOT NULL AS over,
               coalesce(i.expires_at, greatest(s.starts_at, s.ends_at) + interval '30 days') AS ends_at,
               programme_now() AS now
          FROM invitations AS i
          JOIN people AS p ON p.id = i.person_id
          JOIN sessions AS s ON s.id = i.session_id
         WHERE i.id = %(id)s
    """
    return fetch_one(conn, Standing, sql, id=id)


def select_of_recording(conn: Connection, person_id: UUID, session_id: UUID) -> Standing | None:
    """Of a person's link to watch a session's recording."""
    sql = """
        SELECT p.id AS person_id, p.email, p.generation,
               p.erased_at IS NOT NULL OR EXISTS (
                   SELECT FROM recordings WHERE session_id = s.id AND withdrawn) AS over,
               greatest(s.starts_at, s.ends_at) + interval '24 months' AS ends_at, programme_now() AS now
          FROM people AS p, sessions AS s
         WHERE p.id = %(person_id)s AND s.id = %(session_id)s
    """
    return fetch_one(conn, Standing, sql, person_id=person_id, session_id=session_id)


def select_of_person(conn: Connection, id: UUID) -> Standing | None:
    sql = """
        SELECT id AS person_id, email, generation, erased_at IS NOT NULL AS over, NULL::timestamptz AS ends_at,
               programme_now() AS now
          FROM people WHERE id = %(id)s
    """
    return fetch_one(conn, Standing, sql, id=id)
