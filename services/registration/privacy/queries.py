"""All that is personal, in one place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_one, fetch_value


@dataclass(frozen=True)
class Erasure:
    id: UUID
    cause: str
    registration_done_at: datetime
    notifications_done_at: datetime | None


def select_all(conn: Connection, person_id: UUID | None) -> dict[str, list[dict[str, Any]]]:
    """Every row on a person, by the name of what it is."""
    held: dict[str, LiteralString] = {
        "person": "SELECT id, email, name, created_at, proved_at FROM people WHERE id = %(id)s",
        "former_addresses": "SELECT email, until FROM former_addresses WHERE person_id = %(id)s ORDER BY until",
        "registrations": """
            SELECT id, session_slug AS session, status, position, job_title, library, accommodations, answers, note,
                   timezone, offered_until, registered_by, registered_at, code, opened_at
              FROM registration_facts WHERE person_id = %(id)s ORDER BY registered_at""",
        "registered_colleagues": """
            SELECT id, session_slug AS session FROM registration_facts
             WHERE id IN (SELECT id FROM registrations WHERE registered_by = %(id)s) ORDER BY registered_at""",
        "attendance": """
            SELECT s.slug AS session, minutes, attended, source, joined_at
              FROM attendance JOIN sessions AS s ON s.id = session_id WHERE person_id = %(id)s""",
        "views": """
            SELECT s.slug AS session, watched::text, last_position, last_at, viewed_at
              FROM views JOIN sessions AS s ON s.id = session_id WHERE person_id = %(id)s""",
        "completions": """
            SELECT series.slug AS series, completed_at FROM completions JOIN series ON series.id = series_id
             WHERE person_id = %(id)s""",
        "progress": """
            SELECT series.slug AS series, seen, progress_at FROM progress JOIN series ON series.id = series_id
             WHERE person_id = %(id)s""",
        "invitations": """
            SELECT i.id, s.slug AS session, i.status, issued_by, issued_at, expires_at
              FROM invitations AS i JOIN sessions AS s ON s.id = session_id WHERE person_id = %(id)s""",
        "certificates": """
            SELECT id, kind, name, title, contact_hours::float, earned_at, issued_at, revoked_at, revoked_reason
              FROM certificates WHERE person_id = %(id)s""",
        "signed_in_until": "SELECT expires_at FROM learner_sessions WHERE person_id = %(id)s",
    }
    return {name: fetch_dicts(conn, sql, id=person_id) for name, sql in held.items()}


def select_formerly_of(conn: Connection, email: str) -> list[dict[str, Any]]:
    """Who had this address before theirs was corrected: their ids, and until when."""
    sql = """
        SELECT person_id, until FROM former_addresses WHERE email = %(email)s ORDER BY until
    """
    return fetch_dicts(conn, sql, email=email)


def select_email(conn: Connection, person_id: UUID) -> str | None:
    """The address of somebody who was not erased."""
    sql = "SELECT email FROM people WHERE id = %(id)s AND erased_at IS NULL"
    return fetch_value(conn, sql, id=person_id)


def lock_invitations(conn: Connection, person_id: UUID) -> None:
    """Let nobody answer this person's invitations until the transaction ends. Whoever does locks them before seats."""
    sql = "SELECT FROM invitations WHERE person_id = %(id)s ORDER BY id FOR NO KEY UPDATE"
    execute(conn, sql, id=person_id)


def insert_erased(conn: Connection, person_id: UUID) -> None:
    """A person of whom nothing was known here, erased: whom an erasure of what other services hold is about."""
    sql = """
        INSERT INTO people (id, email, name, erased_at)
        VALUES (%(id)s, 'erased-' || %(id)s || '@invalid', '', programme_now())
    """
    execute(conn, sql, id=person_id)


def delete_former_address(conn: Connection, email: str) -> None:
    """Forget that anybody had this address before theirs was corrected."""
    execute(conn, "DELETE FROM former_addresses WHERE email = %(email)s", email=email)


def select_sessions_held_in(conn: Connection, person_id: UUID) -> list[tuple[UUID, UUID]]:
    """Session and registration of each seat or place that this person has in what is to come."""
    sql = """
        SELECT r.session_id, r.id FROM registrations AS r JOIN sessions AS s ON s.id = r.session_id
         WHERE r.person_id = %(id)s AND r.status <> 'cancelled' AND s.status IN ('planned', 'scheduled')
         ORDER BY 1
    """
    return conn.execute(sql, {"id": person_id}).fetchall()


def select_naming(conn: Connection, person_id: UUID) -> list[UUID]:
    """Registrations and invitations whose answers name this person: their own, and those of colleagues that they
    registered.
    """
    sql = """
        SELECT id FROM registrations WHERE person_id = %(id)s OR registered_by = %(id)s
         UNION ALL
        SELECT id FROM invitations WHERE person_id = %(id)s
    """
    return [row[0] for row in conn.execute(sql, {"id": person_id})]


def select_registered_by(conn: Connection, person_id: UUID) -> list[UUID]:
    """Registrations of colleagues that this person made."""
    sql = "SELECT id FROM registrations WHERE registered_by = %(id)s ORDER BY id"
    return [row[0] for row in conn.execute(sql, {"id": person_id})]


def blank(conn: Connection, person_id: UUID) -> None:
    """Leave of a person what counts, and nothing that tells who it was. Their former addresses go with the present one
    (`keep_former_address`).
    """
    for sql in (
        """
        UPDATE people
           SET email = 'erased-' || id || '@invalid', name = '', erased_at = programme_now(), proved_at = NULL,
               generation = generation + 1
         WHERE id = %(id)s
        """,
        # The type, the size and the state of a library are many people's; its name can be one person's.
        """
        UPDATE registrations
           SET job_title = NULL, accommodations = NULL, answers = '{}', note = NULL, timezone = NULL,
               registered_by = NULL,
               library = jsonb_strip_nulls(jsonb_build_object(
                   'type', library -> 'type', 'community_size', library -> 'community_size',
                   'state', library -> 'state', 'country', library -> 'country'))
         WHERE person_id = %(id)s
        """,
        "UPDATE registrations SET registered_by = NULL WHERE registered_by = %(id)s",
        "UPDATE attendance SET certificate_id = id WHERE person_id = %(id)s AND certificate_id IS NULL",
        "UPDATE completions SET certificate_id = id WHERE person_id = %(id)s AND certificate_id IS NULL",
        """
        UPDATE invitations SET status = 'revoked', revision = next_revision(revision)
         WHERE person_id = %(id)s AND status = 'issued'
        """,
        "DELETE FROM certificates WHERE person_id = %(id)s",
        "DELETE FROM sign_ins WHERE person_id = %(id)s",
        "DELETE FROM learner_sessions WHERE person_id = %(id)s",
    ):
        execute(conn, sql, id=person_id)


def insert_erasure(conn: Connection, *, id: UUID, person_id: UUID, cause: str) -> None:
    sql = "INSERT INTO erasures (id, person_id, cause) VALUES (%(id)s, %(person_id)s, %(cause)s)"
    execute(conn, sql, id=id, person_id=person_id, cause=cause)


def select_erasure(conn: Connection, id: UUID) -> Erasure | None:
    sql = "SELECT id, cause, registration_done_at, notifications_done_at FROM erasures WHERE id = %(id)s"
    return fetch_one(conn, Erasure, sql, id=id)


def mark_done_by_notifications(conn: Connection, id: UUID) -> UUID | None:
    """Whose erasure it is."""
    sql = """
        UPDATE erasures SET notifications_done_at = coalesce(notifications_done_at, clock_timestamp())
         WHERE id = %(id)s RETURNING person_id
    """
    row = conn.execute(sql, {"id": id}).fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class Inactive:
    id: UUID
    email: str


def select_inactive(conn: Connection, *, months: int, limit: int) -> list[Inactive]:
    """People of whom nothing was heard for so many months, and who have nothing ahead of them."""
    sql = """
        SELECT id, email FROM people AS p
         WHERE erased_at IS NULL AND created_at < programme_now() - make_interval(months => %(months)s)
           AND NOT EXISTS (
               SELECT FROM registrations AS r JOIN sessions AS s ON s.id = r.session_id
                WHERE r.person_id = p.id
                  AND (r.registered_at >= programme_now() - make_interval(months => %(months)s)
                       OR r.status <> 'cancelled' AND s.status <> 'cancelled'
                          AND coalesce(s.ends_at, s.starts_at, 'infinity')
                              >= programme_now() - make_interval(months => %(months)s)))
           AND NOT EXISTS (
               SELECT FROM views WHERE person_id = p.id
                  AND last_at >= programme_now() - make_interval(months => %(months)s))
           AND NOT EXISTS (
               SELECT FROM invitations WHERE person_id = p.id
                  AND issued_at >= programme_now() - make_interval(months => %(months)s))
           AND NOT EXISTS (SELECT FROM learner_sessions WHERE person_id = p.id AND expires_at > programme_now())
         ORDER BY created_at, id LIMIT %(limit)s
    """
    return fetch(conn, Inactive, sql, months=months, limit=limit)
