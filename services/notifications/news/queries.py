"""SQL of what newsletters tell of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_one


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    """Something to tell of, since `moment`. Of a session its date; of a recording its length."""

    kind: Literal["session", "recording", "announcement"]
    id: UUID
    title: str
    summary: str
    url: str
    library_types: list[str]
    topics: list[str]
    moment: datetime
    when_label: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str | None = None
    seconds: int | None = None

    def is_for(self, *, library_types: Sequence[str], topics: Sequence[str]) -> bool:
        """Whether somebody who wants to hear of these wants to hear of it. None of either is all."""
        return _meet(self.library_types, library_types) and _meet(self.topics, topics)


@dataclass(frozen=True)
class Topics:
    """What one can want to hear of, by slugs."""

    library_types: list[str]
    topics: list[str]


@dataclass(frozen=True)
class Announced:
    """An announcement, by its name."""

    slug: str
    title: str


def _meet(offered: Sequence[str], wanted: Sequence[str]) -> bool:
    return not offered or not wanted or not set(offered).isdisjoint(wanted)


def select_upcoming(
    conn: Connection, *, limit: int, library_type: str | None, topic: str | None, series: str | None
) -> list[NewsItem]:
    """Sessions still to come, the next first; those without a day of their own last."""
    sql = """
        SELECT * FROM news_sessions
         WHERE (starts_at IS NULL OR starts_at > programme_now())
           AND (%(library_type)s::text IS NULL OR %(library_type)s = ANY(library_types))
           AND (%(topic)s::text IS NULL OR %(topic)s = ANY(topics))
           AND (%(series)s::text IS NULL OR id IN (SELECT id FROM sessions WHERE series_slug = %(series)s))
         ORDER BY starts_at NULLS LAST, title LIMIT %(limit)s
    """
    return fetch(conn, NewsItem, sql, library_type=library_type, topic=topic, series=series, limit=limit)


def select_recordings(
    conn: Connection, *, days: int, limit: int, library_type: str | None, topic: str | None, series: str | None
) -> list[NewsItem]:
    """Recordings of the last `days` days, the newest first."""
    sql = """
        SELECT * FROM news_recordings
         WHERE moment > programme_now() - make_interval(days => %(days)s)
           AND (%(library_type)s::text IS NULL OR %(library_type)s = ANY(library_types))
           AND (%(topic)s::text IS NULL OR %(topic)s = ANY(topics))
           AND (%(series)s::text IS NULL
                OR id IN (SELECT recording.id FROM recordings AS recording JOIN sessions ON sessions.id = session_id
                           WHERE series_slug = %(series)s))
         ORDER BY moment DESC, title LIMIT %(limit)s
    """
    return fetch(conn, NewsItem, sql, days=days, library_type=library_type, topic=topic, series=series, limit=limit)


def select_announcements(
    conn: Connection, *, days: int, limit: int, library_type: str | None, topic: str | None
) -> list[NewsItem]:
    """Announcements of the last `days` days, the newest first."""
    sql = """
        SELECT * FROM news_announcements
         WHERE moment > programme_now() - make_interval(days => %(days)s)
           AND (%(library_type)s::text IS NULL OR %(library_type)s = ANY(library_types))
           AND (%(topic)s::text IS NULL OR %(topic)s = ANY(topics))
         ORDER BY moment DESC, title LIMIT %(limit)s
    """
    return fetch(conn, NewsItem, sql, days=days, library_type=library_type, topic=topic, limit=limit)


def select_new(conn: Connection, *, since: datetime, until: datetime) -> list[NewsItem]:
    """What became public from `since` to before `until`: announcements, sessions to come, recordings."""
    sql = """
        SELECT * FROM (SELECT * FROM news_announcements UNION ALL SELECT * FROM news_sessions
                       UNION ALL SELECT * FROM news_recordings) AS news
         WHERE moment >= %(since)s AND moment < %(until)s AND (starts_at IS NULL OR starts_at > %(until)s)
         ORDER BY kind = 'recording', kind, moment, title LIMIT 200
    """
    return fetch(conn, NewsItem, sql, since=since, until=until)


def select_topics(conn: Connection) -> Topics:
    """Everything that what is public now is about."""
    sql = """
        WITH news AS (SELECT library_types, topics FROM news_announcements
                      UNION ALL SELECT library_types, topics FROM news_sessions
                      UNION ALL SELECT library_types, topics FROM news_recordings)
        SELECT ARRAY(SELECT DISTINCT unnest(library_types) FROM news ORDER BY 1) AS library_types,
               ARRAY(SELECT DISTINCT unnest(topics) FROM news ORDER BY 1) AS topics
    """
    found = fetch_one(conn, Topics, sql)
    assert found
    return found


def select_announced(conn: Connection) -> list[Announced]:
    """The newest announcements of which no issue was made yet."""
    sql = """
        SELECT slug, title FROM announcements AS told
         WHERE public AND NOT EXISTS (SELECT FROM newsletters WHERE announcement_id = told.id)
         ORDER BY published_at DESC LIMIT 20
    """
    return fetch(conn, Announced, sql)
