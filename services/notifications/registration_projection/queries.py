"""SQL of the copy of who takes part in what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """What an email to one person is about: a sign-in, a certificate, a group, or progress in a series."""

    id: UUID
    revision: int
    status: str
    person_id: UUID
    email: str
    name: str
    expires_at: datetime | None
    generation: int
    series_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvitationRow:
    id: UUID
    revision: int
    status: str
    session_id: UUID
    series_slug: str | None
    person_id: UUID
    email: str
    name: str
    expires_at: datetime | None
    generation: int


@dataclass(frozen=True, kw_only=True)
class AttendanceRow:
    id: UUID
    revision: int
    session_id: UUID
    person_id: UUID
    attended: bool


def insert_completion(conn: Connection, *, series_id: UUID, person_id: UUID) -> None:
    sql = """
        INSERT INTO completions (series_id, person_id) VALUES (%(series_id)s, %(person_id)s) ON CONFLICT DO NOTHING
    """
    execute(conn, sql, series_id=series_id, person_id=person_id)
