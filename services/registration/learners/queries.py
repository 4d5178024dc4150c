"""Signing in, and what a learner takes part in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_dicts, fetch_one, fetch_value


@dataclass(frozen=True)
class SignIn:
    id: UUID
    expires_at: datetime


def hash_secret(text: str) -> bytes:
    """What is kept of a secret, and of an address that may be nobody's."""
    return hashlib.sha256(text.encode()).digest()


def insert_sign_in(conn: Connection, *, id: UUID, person_id: UUID, minutes: int) -> SignIn:
    """A link for this person, if there is one."""
    sql = """
        WITH link AS (
            SELECT %(id)s::uuid AS id, programme_now() + make_interval(mins => %(minutes)s) AS expires_at
        ), made AS (
            INSERT INTO sign_ins (id, person_id, expires_at)
            SELECT link.id, people.id, expires_at FROM link, people WHERE people.id = %(person_id)s
        )
        SELECT id, expires_at FROM link
    """
    made = fetch_one(conn, SignIn, sql, id=id, person_id=person_id, minutes=minutes)
    assert made
    return made


def use_sign_in(conn: Connection, id: UUID) -> UUID | None:
    """Use up a link; whose it is, or None where it is used, too old or nobody's."""
    sql = """
        UPDATE sign_ins SET used_at = programme_now()
         WHERE id = %(id)s AND used_at IS NULL AND expires_at > programme_now()
        RETURNING person_id
    """
    return fetch_value(conn, sql, id=id)


def insert_session(conn: Connection, token: str, *, person_id: UUID, days: int) -> None:
    sql = """
        INSERT INTO learner_sessions (token_hash, person_id, expires_at)
        VALUES (%(hash)s, %(person_id)s, programme_now() + make_interval(days => %(days)s))
    """
    execute(conn, sql, hash=hash_secret(token), person_id=person_id, days=days)


def select_session_person(conn: Connection, token: str) -> UUID | None:
    """Who is signed in by this token."""
    sql = "SELECT person_id FROM learner_sessions WHERE token_hash = %(hash)s AND expires_at > programme_now()"
    return fetch_value(conn, sql, hash=hash_secret(token))


def select_session_minutes(conn: Connection, token: str, *, days: int) -> float | None:
    """How long ago the session of this token began, which is good for `days` days; None where there is none."""
    sql = """
        SELECT extract(epoch FROM programme_now() - (expires_at - make_interval(days => %(days)s)))::float / 60
          FROM learner_sessions WHERE token_hash = %(hash)s AND expires_at > programme_now()
    """
    return fetch_value(conn, sql, hash=hash_secret(token), days=days)


def end_sessions(conn: Connection, person_id: UUID) -> None:
    """Sign somebody out everywhere; the links to sign in that are under way are not good any more."""
    execute(conn, "DELETE FROM learner_sessions WHERE person_id = %(person_id)s", person_id=person_id)
    execute(conn, "DELETE FROM sign_ins WHERE person_id = %(person_id)s", person_id=person_id)


def delete_session(conn: Connection, token: str) -> None:
    execute(conn, "DELETE FROM learner_sessions WHERE token_hash = %(hash)s", hash=hash_secret(token))


def delete_expired(conn: Connection) -> None:
    """Forget what is good for nothing any more."""
    execute(conn, "DELETE FROM sign_in_requests WHERE at < clock_timestamp() - interval '1 hour'")
    execute(conn, "DELETE FROM sign_ins WHERE expires_at < programme_now() - interval '1 day'")
    execute(conn, "DELETE FROM learner_sessions WHERE expires_at < programme_now()")


def select_day_ahead(conn: Connection) -> datetime:
    """The moment in a day, by the programme's clock."""
    return fetch_value(conn, "SELECT programme_now() + interval '1 day'")


def select_registrations(conn: Connection, person_id: UUID) -> list[dict[str, Any]]:
    sql = """
        SELECT id, session_slug AS session, status, position, offered_until, registered_at, joined, generation,
               links_end_at
          FROM registration_facts WHERE person_id = %(person_id)s ORDER BY registered_at, id
    """
    return fetch_dicts(conn, sql, person_id=person_id)


def select_views(conn: Connection, person_id: UUID) -> list[dict[str, Any]]:
    sql = """
        SELECT s.slug AS session,
               coalesce((SELECT sum(upper(part) - lower(part)) FROM unnest(watched) AS part), 0)::int
                   AS watched_seconds,
               r.duration_seconds, viewed_at IS NOT NULL AS viewed
          FROM views AS v JOIN sessions AS s ON s.id = v.session_id
          LEFT JOIN recordings AS r ON r.session_id = v.session_id
         WHERE v.person_id = %(person_id)s ORDER BY s.slug
    """
    return fetch_dicts(conn, sql, person_id=person_id)


def select_progress(conn: Connection, person_id: UUID) -> list[dict[str, Any]]:
    """The series that somebody completed, or takes part in, with how they saw each session that counts."""
    sql = """
        SELECT series.slug AS series, series.title, done.completed_at,
               coalesce((SELECT jsonb_agg(jsonb_build_object(
                             'session', s.slug, 'title', s.title,
                             'seen', CASE
                                 WHEN a.attended AND 'live' = ANY(series.counts) THEN 'live'
                                 WHEN v.viewed_at IS NOT NULL AND 'recorded' = ANY(series.counts) THEN 'recorded'
                             END) ORDER BY s.starts_at NULLS LAST, s.slug)
                           FROM sessions AS s
                           LEFT JOIN proven_attendance AS a ON (a.session_id, a.person_id) = (s.id, %(person_id)s)
                           LEFT JOIN views AS v ON (v.session_id, v.person_id) = (s.id, %(person_id)s)
                          WHERE s.id = ANY(series.sessions)), '[]') AS sessions
          FROM series LEFT JOIN completions AS done ON (done.series_id, done.person_id) = (series.id, %(person_id)s)
         WHERE done.id IS NOT NULL
            OR series.sessions && ARRAY(
                   SELECT session_id FROM registrations WHERE person_id = %(person_id)s AND status <> 'cancelled'
                   UNION SELECT session_id FROM views WHERE person_id = %(person_id)s)
         ORDER BY series.slug
    """
    return fetch_dicts(conn, sql, person_id=person_id)


def select_invitations(conn: Connection, person_id: UUID) -> list[dict[str, Any]]:
    sql = """
        SELECT i.id, s.slug AS session, i.status, i.expires_at, p.generation, i.expires_at AS links_end_at
          FROM invitations AS i JOIN sessions AS s ON s.id = session_id JOIN people AS p ON p.id = person_id
         WHERE person_id = %(person_id)s ORDER BY i.issued_at, i.id
    """
    return fetch_dicts(conn, sql, person_id=person_id)
