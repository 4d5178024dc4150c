"""The copy of the catalog's facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_one
from shared.date_labels import label_moment, label_time


@dataclass(frozen=True)
class Session:
    id: UUID
    revision: int
    slug: str
    title: str
    status: str
    policy: str
    opens_at: datetime | None
    closes_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    series_slug: str | None
    join_url: str | None
    now: datetime


@dataclass(frozen=True)
class Occasion:
    """What people are told of a session: what, when and where it is, and whether it can be watched later."""

    id: UUID
    slug: str
    title: str
    status: str
    format: str
    starts_at: datetime | None
    ends_at: datetime | None
    timezone: str | None
    when_label: str | None
    venue: dict[str, str | None] | None
    platform: str | None
    join_url: str | None
    series_slug: str | None
    series_title: str | None
    recorded: bool

    @property
    def place(self) -> str | None:
        """`Colorado Convention Center, Room 201, Denver`, or `Online (Zoom)`; None where neither is known."""
        if self.venue:
            return ", ".join(filter(None, (self.venue.get(part) for part in ("name", "room", "address"))))
        return f"Online ({self.platform})" if self.platform else None

    @property
    def when(self) -> str:
        """When it is, in its own zone."""
        if self.starts_at and not self.timezone:
            return label_moment(self.starts_at, "UTC")
        return label_time(self) or "The date is not known yet"

    @property
    def to_come(self) -> bool:
        return self.status in ("planned", "scheduled")

    def tell(self, moment: datetime) -> str:
        """A moment, as people of the session's place read it."""
        return label_moment(moment, self.timezone or "UTC")


@dataclass(frozen=True)
class Series:
    id: UUID
    slug: str
    title: str
    sessions: list[UUID]
    counts: list[str]
    invites_to: UUID | None


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """Every column of a session."""

    id: UUID
    revision: int
    slug: str
    title: str
    status: str
    policy: str
    opens_at: datetime | None
    closes_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    format: str
    series_slug: str | None
    series_title: str | None
    initiative: dict[str, Any]
    join_url: str | None
    contact_hours: float | None
    when_label: str
    timezone: str | None
    venue: dict[str, Any] | None
    platform: str | None


@dataclass(frozen=True, kw_only=True)
class SeriesRow:
    """Every column of a series. A series without a rule of completion counts no sessions."""

    id: UUID
    revision: int
    slug: str
    title: str
    audience: dict[str, Any]
    sessions: list[UUID]
    counts: list[str]
    invites_to: UUID | None


@dataclass(frozen=True, kw_only=True)
class RecordingRow:
    """The recording of a session, which has one at most."""

    id: UUID
    revision: int
    session_id: UUID
    duration_seconds: int
    withdrawn: bool


def lock(conn: Connection) -> None:
    """Keep the copy to this transaction: nobody changes it, nor judges by it who completed what (`share`)."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('programme:' || current_schema(), 0))"
    execute(conn, sql)


def share(conn: Connection) -> None:
    """Keep sessions and series as they are until the transaction ends, those that are just being taken in included."""
    sql = "SELECT pg_advisory_xact_lock_shared(hashtextextended('programme:' || current_schema(), 0))"
    execute(conn, sql)


def select_session(conn: Connection, slug: str) -> Session | None:
    """A session by its slug, with the moment by which it is judged."""
    sql = """
        SELECT id, revision, slug, title, status, policy, opens_at, closes_at, starts_at, ends_at, series_slug,
               join_url, programme_now() AS now
          FROM sessions WHERE slug = %(slug)s
         ORDER BY revision DESC LIMIT 1
    """
    return fetch_one(conn, Session, sql, slug=slug)


def select_occasions(conn: Connection, slugs: Iterable[str]) -> dict[str, Occasion]:
    """What people are told of the sessions of these slugs, by slug."""
    sql = """
        SELECT DISTINCT ON (s.slug) s.id, s.slug, s.title, s.status, s.format, s.starts_at, s.ends_at, s.timezone,
               s.when_label, s.venue, s.platform, s.join_url, s.series_slug, s.series_title,
               EXISTS (SELECT FROM recordings WHERE session_id = s.id AND NOT withdrawn) AS recorded
          FROM sessions AS s WHERE s.slug = ANY(%(slugs)s) ORDER BY s.slug, s.revision DESC
    """
    return {one.slug: one for one in fetch(conn, Occasion, sql, slugs=list(slugs))}


def select_slugs(conn: Connection, ids: Sequence[UUID]) -> list[str]:
    """The slugs of these sessions, in the order in which they take place."""
    sql = "SELECT slug FROM sessions WHERE id = ANY(%(ids)s) ORDER BY starts_at NULLS LAST, slug"
    return [row[0] for row in conn.execute(sql, {"ids": list(ids)})]


def select_series_counting(conn: Connection, session_id: UUID) -> list[Series]:
    """The series of which this session is a part that counts."""
    sql = """
        SELECT id, slug, title, sessions, counts, invites_to FROM series
         WHERE sessions @> ARRAY[%(session_id)s] ORDER BY id
    """
    return fetch(conn, Series, sql, session_id=session_id)


def select_series_inviting_to(conn: Connection, session_id: UUID) -> list[Series]:
    """The series whose completion invites to this session."""
    sql = (
        "SELECT id, slug, title, sessions, counts, invites_to FROM series WHERE invites_to = %(session_id)s ORDER BY id"
    )
    return fetch(conn, Series, sql, session_id=session_id)


def select_series(conn: Connection, id: UUID) -> Series | None:
    sql = "SELECT id, slug, title, sessions, counts, invites_to FROM series WHERE id = %(id)s"
    return fetch_one(conn, Series, sql, id=id)


def select_recording_seconds(conn: Connection, session_id: UUID) -> int | None:
    """How long the session's recording is, or None where there is none."""
    sql = "SELECT duration_seconds FROM recordings WHERE session_id = %(session_id)s AND NOT withdrawn"
    row = conn.execute(sql, {"session_id": session_id}).fetchone()
    return row[0] if row else None
