"""SQL of the copy of the catalog."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from shared.database import execute, fetch, fetch_value


@dataclass(frozen=True, kw_only=True)
class Session:
    """`schedule_revision` is the revision in which its time or place last changed. A session of uncertain date has
    `when_label` alone.
    """

    id: UUID
    schedule_revision: int
    slug: str
    title: str
    format: str
    status: str
    initiative: str
    when_label: str
    starts_at: datetime | None
    ends_at: datetime | None
    timezone: str | None
    venue: dict[str, Any] | None
    online: dict[str, Any] | None
    page_url: str


def upsert_session(
    conn: Connection,
    *,
    venue: dict[str, Any] | None,
    online: dict[str, Any] | None,
    terms: dict[str, list[str]],
    repair: bool = False,
    **facts: Any,
) -> None:
    """Keep a session as it is now, unless this or a later revision is here; its row is locked either way. To `repair`
    takes this revision once more, here and below.
    """
    sql = """
        INSERT INTO sessions AS known (id, revision, schedule_revision, slug, title, format, status, initiative,
                                       when_label, starts_at, ends_at, timezone, venue, online, page_url, summary,
                                       terms, series_slug, public, known_since)
        VALUES (%(id)s, %(revision)s, %(revision)s, %(slug)s, %(title)s, %(format)s, %(status)s, %(initiative)s,
                %(when_label)s, %(starts_at)s, %(ends_at)s, %(timezone)s, %(venue)s, %(online)s, %(page_url)s,
                %(summary)s, %(terms)s, %(series_slug)s, %(public)s, %(known_since)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, slug = excluded.slug, title = excluded.title, format = excluded.format,
               status = excluded.status, initiative = excluded.initiative, when_label = excluded.when_label,
               starts_at = excluded.starts_at, ends_at = excluded.ends_at, timezone = excluded.timezone,
               venue = excluded.venue, online = excluded.online, page_url = excluded.page_url,
               summary = excluded.summary, terms = excluded.terms, series_slug = excluded.series_slug,
               public = excluded.public, known_since = least(known.known_since, excluded.known_since),
               schedule_revision = CASE
                   WHEN (known.starts_at, known.ends_at, known.venue, known.online)
                        IS DISTINCT FROM (excluded.starts_at, excluded.ends_at, excluded.venue, excluded.online)
                   THEN excluded.revision ELSE known.schedule_revision END
         WHERE excluded.revision > known.revision OR %(repair)s AND excluded.revision = known.revision
    """
    execute(
        conn,
        sql,
        venue=venue and Jsonb(venue),
        online=online and Jsonb(online),
        terms=Jsonb(terms),
        repair=repair,
        **facts,
    )


def share_session(conn: Connection, id: UUID) -> UUID | None:
    """Keep the session from changing until the transaction ends; others may share it. None where it is not known."""
    return fetch_value(conn, "SELECT id FROM sessions WHERE id = %(id)s FOR SHARE", id=id)


def lock_session(conn: Connection, id: UUID) -> UUID | None:
    """Keep everybody else from the session until the transaction ends. None where it is not known."""
    return fetch_value(conn, "SELECT id FROM sessions WHERE id = %(id)s FOR NO KEY UPDATE", id=id)


def select_sessions(conn: Connection, ids: Iterable[UUID]) -> list[Session]:
    sql = """
        SELECT id, schedule_revision, slug, title, format, status, initiative, when_label, starts_at, ends_at,
               timezone, venue, online, page_url
          FROM sessions WHERE id = ANY(%(ids)s)
    """
    return fetch(conn, Session, sql, ids=list(ids))


def upsert_series(conn: Connection, *, id: UUID, revision: int, slug: str, title: str, repair: bool = False) -> None:
    """Keep a series as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO series AS known (id, revision, slug, title)
        VALUES (%(id)s, %(revision)s, %(slug)s, %(title)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, slug = excluded.slug, title = excluded.title
         WHERE excluded.revision > known.revision OR %(repair)s AND excluded.revision = known.revision
    """
    execute(conn, sql, id=id, revision=revision, slug=slug, title=title, repair=repair)


def upsert_recording(conn: Connection, *, repair: bool = False, **facts: Any) -> None:
    """Keep a recording as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO recordings AS known (id, revision, session_id, url, duration_seconds, captions, published_at,
                                         withdrawn)
        VALUES (%(id)s, %(revision)s, %(session_id)s, %(url)s, %(duration_seconds)s, %(captions)s, %(published_at)s,
                %(withdrawn)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, url = excluded.url, duration_seconds = excluded.duration_seconds,
               captions = excluded.captions, published_at = excluded.published_at, withdrawn = excluded.withdrawn
         WHERE excluded.revision > known.revision OR %(repair)s AND excluded.revision = known.revision
    """
    execute(conn, sql, repair=repair, **facts)


def upsert_announcement(conn: Connection, *, terms: dict[str, list[str]], repair: bool = False, **facts: Any) -> None:
    """Keep an announcement as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO announcements AS known (id, revision, slug, title, summary, body, terms, page_url, published_at,
                                            public)
        VALUES (%(id)s, %(revision)s, %(slug)s, %(title)s, %(summary)s, %(body)s, %(terms)s, %(page_url)s,
                %(published_at)s, %(public)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, slug = excluded.slug, title = excluded.title, summary = excluded.summary,
               body = excluded.body, terms = excluded.terms, page_url = excluded.page_url,
               published_at = excluded.published_at, public = excluded.public
         WHERE excluded.revision > known.revision OR %(repair)s AND excluded.revision = known.revision
    """
    execute(conn, sql, terms=Jsonb(terms), repair=repair, **facts)
