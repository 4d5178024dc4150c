"""Lists of sessions, and the catalog's changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from services.catalog.sessions.queries import PublicSession
from shared.database import fetch, fetch_dicts

FILTERED_SESSIONS: LiteralString = """
    SELECT session.id, convert_to(entry.document::text, 'UTF8') AS document, entry.changed_in,
           admission.state, admission.seats_left, session.starts_earliest AS sort_key
      FROM sessions AS session
      JOIN entries AS entry ON entry.id = session.id AND entry.published_at IS NOT NULL
      JOIN admissions AS admission ON admission.session_id = session.id
     WHERE (%(initiative)s::text[] IS NULL OR session.initiative_id IN (
               SELECT id FROM entries WHERE kind = 'initiative' AND slug = ANY(%(initiative)s)))
       AND (%(series)s::text[] IS NULL OR session.series_id IN (
               SELECT id FROM entries WHERE kind = 'series' AND slug = ANY(%(series)s)))
       AND (%(format)s::text[] IS NULL OR session.format = ANY(%(format)s))
       AND (%(status)s::text[] IS NULL OR session.status = ANY(%(status)s))
       AND (%(library_type)s::text[] IS NULL OR EXISTS (
               SELECT FROM entry_terms WHERE entry_id = session.id
                  AND vocabulary = 'library_type' AND term = ANY(%(library_type)s)))
       AND (%(topic)s::text[] IS NULL OR EXISTS (
               SELECT FROM entry_terms WHERE entry_id = session.id
                  AND vocabulary = 'topic' AND term = ANY(%(topic)s)))
       AND (%(starts_after)s::timestamptz IS NULL
            OR session.starts_latest > %(starts_after)s OR session.starts_at = %(starts_after)s)
       AND (%(starts_before)s::timestamptz IS NULL OR session.starts_earliest < %(starts_before)s)
       AND (%(registration)s::text[] IS NULL
            OR 'open' = ANY(%(registration)s) AND session.policy = 'open' AND admission.state IN ('open', 'full')
            OR 'closed' = ANY(%(registration)s) AND admission.state = 'closed'
            OR 'invitation' = ANY(%(registration)s) AND session.policy = 'invitation')
       AND (%(recorded)s::boolean IS NULL
            OR %(recorded)s = EXISTS (SELECT FROM recordings WHERE session_id = session.id))
"""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which sessions are wanted; None asks for all. Several values of one filter widen, several filters narrow."""

    initiative: list[str] | None = None
    series: list[str] | None = None
    format: list[str] | None = None
    status: list[str] | None = None
    library_type: list[str] | None = None
    topic: list[str] | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    registration: list[str] | None = None
    recorded: bool | None = None


def select_next_sessions(
    conn: Connection, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[PublicSession]:
    """The public sessions that pass the filters, those that may start first first, from after a place in that order."""
    sql = (
        FILTERED_SESSIONS
        + """
       AND (%(after_key)s::timestamptz IS NULL
            OR (session.starts_earliest, session.id) > (%(after_key)s, %(after_id)s))
     ORDER BY session.starts_earliest, session.id
     LIMIT %(limit)s
    """
    )
    after_key, after_id = after or (None, None)
    return fetch(conn, PublicSession, sql, **vars(filters), after_key=after_key, after_id=after_id, limit=limit)


def select_previous_sessions(
    conn: Connection, filters: Filters, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[PublicSession]:
    """As `select_next_sessions`, in the opposite order."""
    sql = (
        FILTERED_SESSIONS
        + """
       AND (%(after_key)s::timestamptz IS NULL
            OR (session.starts_earliest, session.id) < (%(after_key)s, %(after_id)s))
     ORDER BY session.starts_earliest DESC, session.id DESC
     LIMIT %(limit)s
    """
    )
    after_key, after_id = after or (None, None)
    return fetch(conn, PublicSession, sql, **vars(filters), after_key=after_key, after_id=after_id, limit=limit)


def select_recorded_sessions(
    conn: Connection, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[PublicSession]:
    """The public sessions that can be watched, the newest recording first, from after a place in that order."""
    sql = """
        SELECT session.id, convert_to(entry.document::text, 'UTF8') AS document, entry.changed_in,
               admission.state, admission.seats_left, recording.published_at AS sort_key
          FROM recordings AS recording
          JOIN sessions AS session ON session.id = recording.session_id
          JOIN entries AS entry ON entry.id = session.id AND entry.published_at IS NOT NULL
          JOIN admissions AS admission ON admission.session_id = session.id
         WHERE %(after_key)s::timestamptz IS NULL
            OR (recording.published_at, session.id) < (%(after_key)s, %(after_id)s)
         ORDER BY recording.published_at DESC, session.id DESC
         LIMIT %(limit)s
    """
    after_key, after_id = after or (None, None)
    return fetch(conn, PublicSession, sql, after_key=after_key, after_id=after_id, limit=limit)


def select_changes(conn: Connection, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Public changes in the order in which they were committed, from after a position: none comes later before one
    that was seen.
    """
    sql = """
        SELECT position, revision, kind, entry_id AS id, slug, operation, changed_at, document
          FROM changes WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, after=after, limit=limit)
