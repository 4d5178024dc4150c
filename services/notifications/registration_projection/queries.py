"""SQL of the copy of who takes part in what."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from shared.database import execute, fetch_value
from shared.events.registration import Registration


def upsert_registrations(conn: Connection, registrations: Sequence[Registration]) -> bool:
    """Keep registrations as they are now, unless later revisions are here, and their sessions from changing until the
    transaction ends; False where one of the sessions is not known.
    """
    sql = """
        WITH given AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
                       AS (id uuid, revision bigint, status text, session_id uuid, person_id uuid, email text,
                           name text, registered_at timestamptz, timezone text, generation integer)
        ), session AS MATERIALIZED (
            SELECT id FROM sessions WHERE id IN (SELECT session_id FROM given) ORDER BY id FOR SHARE
        ), kept AS (
            INSERT INTO registrations AS known (id, revision, status, status_since, session_id, person_id, email, name,
                                                registered_at, timezone, generation)
            SELECT DISTINCT ON (given.id) given.id, revision, status, revision, session_id, person_id, email, name,
                   registered_at, timezone, generation
              FROM given JOIN session ON session.id = session_id
             ORDER BY given.id, revision DESC
            ON CONFLICT (id) DO UPDATE
               SET revision = excluded.revision, status = excluded.status, email = excluded.email,
                   name = excluded.name, timezone = excluded.timezone, generation = excluded.generation,
                   status_since = CASE WHEN known.status = excluded.status
                                       THEN known.status_since ELSE excluded.revision END
             WHERE excluded.revision > known.revision
        )
        SELECT NOT EXISTS (SELECT FROM given WHERE session_id NOT IN (SELECT id FROM session))
    """
    return fetch_value(conn, sql, rows=orjson.dumps([_row(one) for one in registrations]).decode())


def _row(registration: Registration) -> dict[str, object]:
    person = registration.person
    return {
        "id": registration.id,
        "revision": registration.revision,
        "status": registration.status,
        "session_id": registration.session_id,
        "person_id": person.id,
        "email": person.email,
        "name": person.name,
        "registered_at": registration.registered_at,
        "timezone": registration.timezone,
        "generation": person.generation,
    }


def upsert_notice(conn: Connection, *, generation: int, series_id: UUID | None = None, **facts: Any) -> None:
    """Keep what a mail to one person is about as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO notices AS known (id, revision, status, person_id, email, name, expires_at, series_id, generation)
        VALUES (%(id)s, %(revision)s, %(status)s, %(person_id)s, %(email)s, %(name)s, %(expires_at)s, %(series_id)s,
                %(generation)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, status = excluded.status, email = excluded.email, name = excluded.name,
               expires_at = excluded.expires_at, generation = excluded.generation
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, generation=generation, series_id=series_id, **facts)


def upsert_invitation(conn: Connection, **facts: Any) -> None:
    """Keep an invitation as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO invitations AS known (id, revision, status, session_id, series_slug, person_id, email, name,
                                          expires_at, generation)
        VALUES (%(id)s, %(revision)s, %(status)s, %(session_id)s, %(series_slug)s, %(person_id)s, %(email)s, %(name)s,
                %(expires_at)s, %(generation)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, status = excluded.status, email = excluded.email, name = excluded.name,
               expires_at = excluded.expires_at, generation = excluded.generation
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, **facts)


def upsert_attendance(conn: Connection, **facts: Any) -> None:
    """Keep whether somebody came as it is known now, unless a later revision is here."""
    sql = """
        INSERT INTO attendance AS known (id, revision, session_id, person_id, attended)
        VALUES (%(id)s, %(revision)s, %(session_id)s, %(person_id)s, %(attended)s)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, attended = excluded.attended
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, **facts)


def insert_completion(conn: Connection, *, series_id: UUID, person_id: UUID) -> None:
    sql = """
        INSERT INTO completions (series_id, person_id) VALUES (%(series_id)s, %(person_id)s) ON CONFLICT DO NOTHING
    """
    execute(conn, sql, series_id=series_id, person_id=person_id)
