"""What is harvested: everything that is or was public, by when it last changed."""

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


def select_entries(
    conn: Connection,
    *,
    id: UUID | None = None,
    kinds: list[str],
    initiative: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[HarvestedEntry]:
    """What was public at any time, what changed first first, from after a place in that order: what changes while it is
    harvested comes again at the end. `until` includes its second.
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
    return fetch(
        conn,
        HarvestedEntry,
        sql,
        id=id,
        kinds=kinds,
        initiative=initiative,
        since=since,
        until=until,
        after_moment=moment,
        after_id=last,
        limit=limit,
    )


def select_earliest(conn: Connection) -> datetime | None:
    """When what is there longest unchanged last changed."""
    sql = "SELECT min(updated_at) FROM entries WHERE revision > 0"
    return fetch_value(conn, sql)


def select_initiatives(conn: Connection) -> list[tuple[str, str]]:
    """(slug, title) of public initiatives."""
    sql = """
        SELECT slug, title FROM entries WHERE kind = 'initiative' AND published_at IS NOT NULL ORDER BY slug LIMIT 10000
    """
    return conn.execute(sql).fetchall()
