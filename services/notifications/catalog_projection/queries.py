"""Rows of the projection of the catalog."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_value


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


@dataclass(frozen=True, kw_only=True)
class SessionRow(Session):
    """Every column of a session. `known_since` is when this service first received it."""

    revision: int
    summary: str
    terms: dict[str, list[str]]
    series_slug: str | None
    public: bool
    known_since: datetime


# Columns of a session that depend on the row before: see `shared.projections.upsert_newer`.
MERGED_COLUMNS: dict[str, LiteralString] = {
    "known_since": "least(known.known_since, excluded.known_since)",
    "schedule_revision": """
        CASE WHEN (known.starts_at, known.ends_at, known.venue, known.online)
                  IS DISTINCT FROM (excluded.starts_at, excluded.ends_at, excluded.venue, excluded.online)
             THEN excluded.revision ELSE known.schedule_revision END
    """,
}


@dataclass(frozen=True, kw_only=True)
class SeriesRow:
    id: UUID
    revision: int
    slug: str
    title: str


@dataclass(frozen=True, kw_only=True)
class RecordingRow:
    id: UUID
    revision: int
    session_id: UUID
    url: str
    duration_seconds: int
    captions: bool
    published_at: datetime
    withdrawn: bool


@dataclass(frozen=True, kw_only=True)
class AnnouncementRow:
    id: UUID
    revision: int
    slug: str
    title: str
    summary: str
    body: str
    terms: dict[str, list[str]]
    page_url: str
    published_at: datetime
    public: bool


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
