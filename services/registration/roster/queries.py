"""Lists of who registered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_one, stream


@dataclass(frozen=True)
class Entry:
    """A line of a roster; `attended` is None where nobody recorded it, `watched` whether they saw the recording,
    `opened_at` when they first asked for the way into an online session, which is no proof that they came.
    """

    id: UUID
    session_slug: str
    status: str
    joined: int
    position: int | None
    email: str
    name: str
    job_title: str | None
    library: dict[str, Any]
    registered_at: datetime
    registered_by: str | None
    accommodations: str | None
    answers: dict[str, Any]
    note: str | None
    offered_until: datetime | None
    attended: bool | None
    minutes: int | None
    watched: bool
    opened_at: datetime | None
    code: str


@dataclass(frozen=True)
class SessionLine:
    """A session in the list of all, with how many take part in it."""

    slug: str
    title: str
    status: str
    format: str | None
    starts_at: datetime | None
    timezone: str | None
    when_label: str | None
    capacity: int | None
    taken: int
    waiting: int
    attended: int


# Positions are numbered over the whole line before anything is filtered.
ROSTER: LiteralString = """
    WITH line AS (
        SELECT r.*, CASE WHEN r.status = 'waitlisted'
                         THEN row_number() OVER (PARTITION BY r.status ORDER BY r.joined) END AS position
          FROM registrations AS r WHERE r.session_id = %(session_id)s
    )
    SELECT line.id, s.slug AS session_slug, line.status, joined, position, p.email, p.name, job_title, library,
           registered_at, colleague.name AS registered_by, accommodations, answers, note, offered_until, a.attended,
           a.minutes, v.viewed_at IS NOT NULL AS watched, opened_at,
           coalesce(code, upper(right(line.id::text, 8))) AS code
      FROM line
      JOIN sessions AS s ON s.id = line.session_id
      JOIN people AS p ON p.id = line.person_id
      LEFT JOIN people AS colleague ON colleague.id = line.registered_by
      LEFT JOIN proven_attendance AS a ON (a.session_id, a.person_id) = (line.session_id, line.person_id)
      LEFT JOIN views AS v ON (v.session_id, v.person_id) = (line.session_id, line.person_id)
     WHERE joined > %(after)s
       AND (%(status)s::text IS NULL OR line.status = %(status)s)
       AND (%(library_type)s::text IS NULL OR library ->> 'type' = %(library_type)s)
       AND (%(community_size)s::text IS NULL OR library ->> 'community_size' = %(community_size)s)
       AND (%(state)s::text IS NULL OR library ->> 'state' = %(state)s)
       AND (%(attended)s::bool IS NULL OR coalesce(a.attended, false) = %(attended)s)
       AND (%(accommodations)s::bool IS NULL OR (accommodations IS NOT NULL) = %(accommodations)s)
       AND (%(q)s::text IS NULL OR p.name ILIKE %(q)s OR p.email ILIKE %(q)s)
     ORDER BY joined
"""


def select_page(conn: Connection, session_id: UUID, *, after: int, limit: int, **filters: Any) -> list[Entry]:
    """Entries in the order in which they came, from the one after `joined` number `after`."""
    sql: LiteralString = ROSTER + " LIMIT %(limit)s"
    return fetch(conn, Entry, sql, session_id=session_id, after=after, limit=limit, **_patterns(filters))


def stream_all(conn: Connection, session_id: UUID, **filters: Any) -> Iterator[Entry]:
    """Every entry, in the order in which they came; held neither here nor there as a whole. Within a transaction."""
    return stream(conn, Entry, ROSTER, session_id=session_id, after=0, **_patterns(filters))


def _patterns(filters: dict[str, Any]) -> dict[str, Any]:
    """The filters, with `q` as a pattern that finds it anywhere."""
    return {**filters, "q": _anywhere(filters["q"])}


def _anywhere(sought: str | None) -> str | None:
    """The pattern of LIKE that finds a text anywhere."""
    if sought is None:
        return None
    literal = sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def select_sessions(
    conn: Connection, *, past: bool, q: str | None, after: tuple[datetime | None, str] | None, limit: int
) -> list[SessionLine]:
    """Sessions to come, the first first, or those that are over, the latest first; those whose title holds `q`. What
    has no time comes last. `after` is the time and the slug of the last one of the page before.
    """
    order: LiteralString = "coalesce(starts_at, '-infinity') DESC, s.slug DESC"
    beyond: LiteralString = (
        "(coalesce(starts_at, '-infinity'), s.slug) < (coalesce(%(time)s, '-infinity'::timestamptz), %(slug)s)"
    )
    if not past:
        order = "coalesce(starts_at, 'infinity'), s.slug"
        beyond = "(coalesce(starts_at, 'infinity'), s.slug) > (coalesce(%(time)s, 'infinity'::timestamptz), %(slug)s)"
    # The parts that are put in stand above, and come from nobody.
    sql: LiteralString = f"""
        SELECT s.slug, title, status, format, starts_at, timezone, when_label, seats.capacity,
               coalesce(taken, 0) AS taken, coalesce(waitlisted, 0) AS waiting,
               (SELECT count(*) FROM proven_attendance AS a WHERE a.session_id = s.id AND attended) AS attended
          FROM sessions AS s LEFT JOIN seats ON seats.session_id = s.id
         WHERE (status IN ('held', 'cancelled')) = %(past)s
           AND (%(q)s::text IS NULL OR title ILIKE %(q)s OR s.slug ILIKE %(q)s)
           AND (%(slug)s::text IS NULL OR {beyond})
         ORDER BY {order} LIMIT %(limit)s
    """  # noqa: S608
    time, slug = after or (None, None)
    return fetch(conn, SessionLine, sql, past=past, q=_anywhere(q), time=time, slug=slug, limit=limit)


def select_entry(conn: Connection, session_id: UUID, id: UUID) -> Entry | None:
    """One line of a roster."""
    nothing = dict.fromkeys(
        ("status", "library_type", "community_size", "state", "attended", "accommodations", "q"), None
    )
    sql: LiteralString = f"SELECT * FROM ({ROSTER}) AS roster WHERE id = %(id)s"  # noqa: S608 the text above
    return fetch_one(conn, Entry, sql, session_id=session_id, after=0, id=id, **nothing)


def select_others(conn: Connection, session_id: UUID) -> list[tuple[str, str]]:
    """Slugs and titles of the sessions that somebody can be moved to."""
    sql = """
        SELECT slug, title FROM sessions
         WHERE id <> %(session_id)s AND status IN ('planned', 'scheduled')
         ORDER BY starts_at NULLS LAST, slug LIMIT 200
    """
    return conn.execute(sql, {"session_id": session_id}).fetchall()
