"""SQL of reminders: what is due is found in rows by the programme's clock, by any number of workers."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from services.notifications.messages.kinds import INVITATION_REMINDER, REMINDER, SESSION_FULL
from shared.database import execute, fetch_one, fetch_value

# No staff may set more than this; so no session that begins later has to be looked at.
LONGEST_DAYS = 30
BATCH = 1000
# Days before an invitation ends.
INVITATION_DAYS = 3


@dataclass(frozen=True)
class Reminders:
    """`before` are ISO 8601 durations, the longest first; `session_id` is what they are of."""

    session_id: UUID
    before: list[str]


def select_reminders(conn: Connection, slug: str) -> Reminders | None:
    """When a session is reminded of; None where it is not known."""
    sql = """
        SELECT session.id AS session_id, reminders_of(session.id, session.format) AS before
          FROM sessions AS session WHERE slug = %(slug)s
         ORDER BY revision DESC LIMIT 1
    """
    return fetch_one(conn, Reminders, sql, slug=slug)


def upsert_reminders(conn: Connection, session_id: UUID, before: list[str]) -> None:
    sql = """
        INSERT INTO reminders (session_id, before)
        SELECT %(session_id)s, coalesce(array_agg(one ORDER BY one::interval DESC), '{}')
          FROM unnest(%(before)s::text[]) AS one
        ON CONFLICT (session_id) DO UPDATE SET before = excluded.before
    """
    execute(conn, sql, session_id=session_id, before=before)


def insert_due_of_sessions(conn: Connection, *, limit: int) -> int:
    """Remind whoever had a seat when the moment came; how many, `limit` at most.

    A reminder is unique by the session's start and how long before it: a session that is moved is reminded of anew. One
    that comes so late that half of the time is gone is left out, since it would say what is not true any more. Of
    several moments that have passed only the last counts.
    """
    sql = """
        WITH moments AS (
            SELECT session.id AS session_id, starts_at, one AS before, starts_at - one::interval AS moment
              FROM sessions AS session, unnest(reminders_of(session.id, session.format)) AS one
             WHERE status = 'scheduled' AND starts_at > programme_now()
               AND starts_at < programme_now() + %(days)s * interval '1 day'
        ), due AS (
            SELECT DISTINCT ON (session_id) session_id, starts_at, before, moment,
                   md5(session_id || ' ' || extract(epoch FROM starts_at) || ' ' || before)::uuid AS cause
              FROM moments
             WHERE moment <= programme_now() AND programme_now() < moment + before::interval / 2
             ORDER BY session_id, moment DESC
        ), added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, session_id, recipient,
                                  context)
            SELECT %(kind)s, %(topic)s, registration.id, cause, cause, extract(epoch FROM moment)::bigint,
                   moment, session_id, registration.email, jsonb_build_object('starts_at', starts_at)
              FROM due JOIN registrations AS registration USING (session_id)
             WHERE registration.status = 'confirmed' AND registered_at < moment
               AND NOT EXISTS (SELECT FROM messages AS known
                                WHERE known.kind = %(kind)s AND known.subject = registration.id
                                  AND known.cause = due.cause)
             LIMIT %(limit)s
            ON CONFLICT DO NOTHING
            RETURNING 1
        )
        SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify(current_schema() || '_mails', '') END FROM added
    """
    return fetch_value(conn, sql, days=LONGEST_DAYS + 1, limit=limit, kind=REMINDER.name, topic=REMINDER.topic)


def insert_due_of_invitations(conn: Connection, *, days: int, limit: int) -> int:
    """Remind whoever has not answered an invitation `days` days before it ends, or until half of that time is gone,
    once; how many, `limit` at most. Who was invited only then is not reminded.
    """
    sql = """
        WITH due AS (
            SELECT id, session_id, email, expires_at, md5(id || ' ' || extract(epoch FROM expires_at))::uuid AS cause
              FROM invitations AS invitation
             WHERE status = 'issued'
               AND expires_at > programme_now() + make_interval(days => %(days)s) / 2
               AND expires_at <= programme_now() + make_interval(days => %(days)s)
               AND EXISTS (SELECT FROM sessions AS session
                            WHERE session.id = session_id AND status IN ('planned', 'scheduled')
                              AND coalesce(starts_at, 'infinity') > programme_now())
               AND EXISTS (SELECT FROM messages AS first
                            WHERE first.subject = invitation.id AND first.topic = %(topic)s
                              AND first.caused_at < expires_at - make_interval(days => %(days)s))
        ), added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, session_id, recipient)
            SELECT %(kind)s, %(topic)s, id, cause, cause, extract(epoch FROM expires_at)::bigint,
                   expires_at - make_interval(days => %(days)s), session_id, email
              FROM due
             WHERE NOT EXISTS (SELECT FROM messages AS known
                                WHERE known.kind = %(kind)s AND known.subject = due.id AND known.cause = due.cause)
             LIMIT %(limit)s
            ON CONFLICT DO NOTHING
            RETURNING 1
        )
        SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify(current_schema() || '_mails', '') END FROM added
    """
    kind = INVITATION_REMINDER
    return fetch_value(conn, sql, days=days, limit=limit, kind=kind.name, topic=kind.topic)


def insert_for_full_sessions(conn: Connection, *, hours: int, limit: int) -> int:
    """Tell whoever still waits when a session begins that it was full, once, and `hours` later at most; how many,
    `limit` at most.
    """
    sql = """
        WITH due AS (
            SELECT id AS session_id, starts_at, md5(id || ' full ' || extract(epoch FROM starts_at))::uuid AS cause
              FROM sessions
             WHERE status IN ('scheduled', 'held') AND starts_at <= programme_now()
               AND starts_at > programme_now() - make_interval(hours => %(hours)s)
        ), added AS (
            INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, session_id, recipient)
            SELECT %(kind)s, %(topic)s, registration.id, cause, cause, extract(epoch FROM starts_at)::bigint, starts_at,
                   session_id, registration.email
              FROM due JOIN registrations AS registration USING (session_id)
             WHERE registration.status = 'waitlisted' AND registered_at < starts_at
               AND NOT EXISTS (SELECT FROM messages AS known
                                WHERE known.kind = %(kind)s AND known.subject = registration.id
                                  AND known.cause = due.cause)
             LIMIT %(limit)s
            ON CONFLICT DO NOTHING
            RETURNING 1
        )
        SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify(current_schema() || '_mails', '') END FROM added
    """
    return fetch_value(conn, sql, hours=hours, limit=limit, kind=SESSION_FULL.name, topic=SESSION_FULL.topic)
