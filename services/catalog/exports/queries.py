"""The parts of an initiative, drafts included, with what their documents do not contain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_dicts, fetch_one


@dataclass(frozen=True)
class ExportedEntry:
    """An entry with its document; `private` holds its non-public state."""

    id: UUID
    slug: str
    state: str
    publish_at: datetime | None
    document: dict[str, Any]
    private: dict[str, Any]
    series: str | None
    timezone: str | None
    sessions: list[str]
    counts: list[str] | None
    invites_to: str | None


# The columns of an ExportedEntry; statements append a WHERE clause.
PARTS: LiteralString = """
    SELECT entry.id, entry.slug, entry.state, entry.publish_at, entry.document, entry.private,
           whole.slug AS series, coalesce(session.timezone, announcement.timezone) AS timezone,
           ARRAY(SELECT named.slug FROM completion_sessions AS part JOIN entries AS named ON named.id = session_id
                  WHERE part.series_id = entry.id AND named.state <> 'withdrawn' ORDER BY part.place)
           || ARRAY(SELECT named.slug
                      FROM announcement_sessions AS part JOIN entries AS named ON named.id = session_id
                     WHERE announcement_id = entry.id AND named.state <> 'withdrawn'
                     ORDER BY part.place) AS sessions,
           series.counts, invited.slug AS invites_to
      FROM entries AS entry
      LEFT JOIN series ON series.id = entry.id
      LEFT JOIN sessions AS session ON session.id = entry.id
      LEFT JOIN announcements AS announcement ON announcement.id = entry.id
      LEFT JOIN series AS above ON above.id = session.series_id
      LEFT JOIN entries AS whole ON whole.id = above.id AND whole.state <> 'withdrawn'
      LEFT JOIN entries AS invited ON invited.id = series.invites_to AND invited.state <> 'withdrawn'
"""


def select_parts(conn: Connection, initiative_id: UUID, kind: str) -> list[ExportedEntry]:
    """Return the parts of a kind that are not withdrawn, in order. `sessions` are those that complete a series, or that
    an announcement is about.
    """
    sql = (
        PARTS
        + """
     WHERE entry.kind = %(kind)s AND entry.state <> 'withdrawn'
       AND coalesce(series.initiative_id, session.initiative_id, announcement.initiative_id) = %(initiative_id)s
     ORDER BY coalesce(above.place, series.place) NULLS FIRST, session.place, announcement.announced_at, entry.slug
    """
    )
    return fetch(conn, ExportedEntry, sql, initiative_id=initiative_id, kind=kind)


def select_part(conn: Connection, id: UUID) -> ExportedEntry | None:
    """Return one such part, in any state."""
    sql = PARTS + "WHERE entry.id = %(id)s"
    return fetch_one(conn, ExportedEntry, sql, id=id)


def select_organizations(conn: Connection, slugs: list[str]) -> list[dict[str, Any]]:
    sql = """
        SELECT slug, title AS name, url FROM organizations JOIN entries USING (id)
         WHERE slug = ANY(%(slugs)s) ORDER BY slug
    """
    return fetch_dicts(conn, sql, slugs=slugs)


def select_terms(conn: Connection, slugs: list[str]) -> list[tuple[str, str, str]]:
    """Return (vocabulary, slug, label) of the terms with these slugs, in order."""
    sql = "SELECT vocabulary, slug, label FROM terms WHERE slug = ANY(%(slugs)s) ORDER BY vocabulary, place, slug"
    return conn.execute(sql, {"slugs": slugs}).fetchall()
