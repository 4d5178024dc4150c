"""Lists of who registered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, stream


@dataclass(frozen=True)
class Entry:
    """A line of a roster; `attended` is None where nobody recorded it, `watched` whether they saw the recording."""

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

    @property
    def code(self) -> str:
        return self.id.hex[-8:].upper()


# Positions are numbered over the whole line before anything is filtered.
ROSTER: LiteralString = """
    WITH line AS (
        SELECT r.*, CASE WHEN r.status = 'waitlisted'
                         THEN row_number() OVER (PARTITION BY r.status ORDER BY r.joined) END AS position
          FROM registrations AS r WHERE r.session_id = %(session_id)s
    )
    SELECT line.id, s.slug AS session_slug, line.status, joined, position, p.email, p.name, job_title, library,
           registered_at, colleague.name AS registered_by, accommodations, answers, note, offered_until, a.attended,
           a.minutes, v.viewed_at IS NOT NULL AS watched
      FROM line
      JOIN sessions AS s ON s.id = line.session_id
      JOIN people AS p ON p.id = line.person_id
      LEFT JOIN people AS colleague ON colleague.id = line.registered_by
      LEFT JOIN attendance AS a ON (a.session_id, a.person_id) = (line.session_id, line.person_id)
      LEFT JOIN views AS v ON (v.session_id, v.person_id) = (line.session_id, line.person_id)
     WHERE joined > %(after)s
       AND (%(status)s::text IS NULL OR line.status = %(status)s)
       AND (%(library_type)s::text IS NULL OR library ->> 'type' = %(library_type)s)
       AND (%(community_size)s::text IS NULL OR library ->> 'community_size' = %(community_size)s)
       AND (%(state)s::text IS NULL OR upper(library ->> 'state') = upper(%(state)s))
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
    if (sought := filters["q"]) is None:
        return filters
    literal = sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {**filters, "q": f"%{literal}%"}
