"""Entries for harvesters: everything that is or was public, by when it last changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_value


@dataclass(frozen=True)
class HarvestedEntry:
    id: UUID
    kind: str
    slug: str
    updated_at: datetime
    withdrawn: bool
    initiative: str
    document: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class HarvestSelection:
    """Which entries a request selects; `until` includes its whole second."""

    kinds: list[str]
    id: UUID | None = None
    initiative: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def select_entries(
    conn: Connection, selection: HarvestSelection, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> list[HarvestedEntry]:
    """Return entries that are or were public, by when they last changed, after a place in that order. An entry that
    changes during a harvest comes again at its end.
    """
    sql = """
        SELECT entry.id, entry.kind, entry.slug, entry.updated_at, entry.withdrawn_at IS NOT NULL AS withdrawn,
               whole.slug AS initiative, entry.document
          FROM entries AS entry
          LEFT JOIN series ON series.id = entry.id
          LEFT JOIN sessions AS session ON session.id = entry.id
          LEFT JOIN announcements AS announcement ON announcement.id = entry.id
          JOIN entries AS whole
            ON whole.id = coalesce(series.initiative_id, session.initiative_id, announcement.initiative_id, entry.id)
         WHERE entry.revision > 0 AND (entry.published_at IS NOT NULL OR entry.withdrawn_at IS NOT NULL)
           AND entry.kind = ANY(%(kinds)s)
           AND (%(id)s::uuid IS NULL OR entry.id = %(id)s)
           AND (%(initiative)s::text IS NULL OR whole.slug = %(initiative)s)
           AND (%(since)s::timestamptz IS NULL OR entry.updated_at >= %(since)s)
           AND (%(until)s::timestamptz IS NULL OR entry.updated_at < %(until)s::timestamptz + interval '1 second')
           AND (%(after_moment)s::timestamptz IS NULL
                OR (entry.updated_at, entry.id) > (%(after_moment)s, %(after_id)s::uuid))
         ORDER BY entry.updated_at, entry.id
         LIMIT %(limit)s
    """
    moment, last = after or (None, None)
    return fetch(conn, HarvestedEntry, sql, **vars(selection), after_moment=moment, after_id=last, limit=limit)


def select_earliest(conn: Connection) -> datetime | None:
    """Return the oldest time at which an entry last changed."""
    sql = "SELECT min(updated_at) FROM entries WHERE revision > 0"
    return fetch_value(conn, sql)


def select_initiatives(conn: Connection) -> list[tuple[str, str]]:
    """Return (slug, title) of public initiatives."""
    sql = """
        SELECT slug, title FROM entries WHERE kind = 'initiative' AND published_at IS NOT NULL ORDER BY slug LIMIT 10000
    """
    return conn.execute(sql).fetchall()
