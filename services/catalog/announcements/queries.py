"""Announcements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts


@dataclass(frozen=True)
class AnnouncementContent:
    id: UUID
    slug: str
    title: str
    summary: str
    description: str
    description_html: str
    announced_at: datetime
    timezone: str | None
    initiative: dict[str, Any]
    sessions: list[dict[str, Any]]
    terms: dict[str, list[str]]


def upsert_announcement(
    conn: Connection, *, id: UUID, initiative_id: UUID, announced_at: datetime, timezone: str | None
) -> None:
    sql = """
        INSERT INTO announcements (id, initiative_id, announced_at, timezone)
        VALUES (%(id)s, %(initiative_id)s, %(announced_at)s, %(timezone)s)
        ON CONFLICT (id) DO UPDATE SET announced_at = excluded.announced_at, timezone = excluded.timezone
    """
    execute(conn, sql, id=id, initiative_id=initiative_id, announced_at=announced_at, timezone=timezone)


def delete_sessions(conn: Connection, announcement_id: UUID) -> None:
    sql = "DELETE FROM announcement_sessions WHERE announcement_id = %(announcement_id)s"
    execute(conn, sql, announcement_id=announcement_id)


def insert_sessions(conn: Connection, announcement_id: UUID, session_ids: list[UUID]) -> None:
    """Link the announcement to these sessions, in this order."""
    sql = """
        INSERT INTO announcement_sessions (announcement_id, session_id, place)
        SELECT %(announcement_id)s, given.* FROM unnest(%(session_ids)s::uuid[]) WITH ORDINALITY AS given
    """
    execute(conn, sql, announcement_id=announcement_id, session_ids=session_ids)


def select_contents(conn: Connection, ids: list[UUID]) -> list[AnnouncementContent]:
    """Return announcements with their public sessions and terms."""
    sql = """
        SELECT entry.id, entry.slug, entry.title, entry.summary, entry.description, entry.description_html,
               announced_at, timezone,
               json_build_object('slug', initiative.slug, 'title', initiative.title) AS initiative,
               (SELECT coalesce(json_agg(json_build_object('slug', part.slug, 'title', part.title)
                                         ORDER BY place), '[]')
                  FROM announcement_sessions JOIN entries AS part ON part.id = session_id
                 WHERE announcement_id = entry.id AND part.published_at IS NOT NULL) AS sessions,
               (SELECT coalesce(json_object_agg(vocabulary, terms), '{}')
                  FROM (SELECT vocabulary, json_agg(term ORDER BY term) AS terms
                          FROM entry_terms WHERE entry_id = entry.id GROUP BY vocabulary) AS named) AS terms
          FROM announcements AS announcement
          JOIN entries AS entry ON entry.id = announcement.id
          JOIN entries AS initiative ON initiative.id = announcement.initiative_id
         WHERE announcement.id = ANY(%(ids)s)
         ORDER BY announced_at, entry.id
    """
    return fetch(conn, AnnouncementContent, sql, ids=ids)


def select_newest(conn: Connection, *, after: tuple[datetime, UUID] | None, limit: int) -> list[dict[str, Any]]:
    """Return public announcements, newest first, after a place in that order."""
    sql = """
        SELECT announcement.id, announced_at, document
          FROM announcements AS announcement
          JOIN entries AS entry ON entry.id = announcement.id AND entry.published_at IS NOT NULL
         WHERE %(after_key)s::timestamptz IS NULL OR (announced_at, announcement.id) < (%(after_key)s, %(after_id)s)
         ORDER BY announced_at DESC, announcement.id DESC
         LIMIT %(limit)s
    """
    after_key, after_id = after or (None, None)
    return fetch_dicts(conn, sql, after_key=after_key, after_id=after_id, limit=limit)
