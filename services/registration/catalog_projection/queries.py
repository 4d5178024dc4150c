"""The copy of the catalog's facts."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from shared.database import execute, fetch, fetch_one
from shared.date_labels import label_moment, label_time
from shared.events import catalog


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


def lock(conn: Connection) -> None:
    """Keep the copy to this transaction: nobody changes it, nor judges by it who completed what (`share`)."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('programme:' || current_schema(), 0))"
    execute(conn, sql)


def share(conn: Connection) -> None:
    """Keep sessions and series as they are until the transaction ends, those that are just being taken in included."""
    sql = "SELECT pg_advisory_xact_lock_shared(hashtextextended('programme:' || current_schema(), 0))"
    execute(conn, sql)


def upsert_session(conn: Connection, session: catalog.Session, *, repair: bool = False) -> bool:
    """Take in a session as the catalog has it now; False where this or a later revision is held already. To `repair`
    takes this revision once more.
    """
    sql = """
        INSERT INTO sessions (id, revision, slug, title, status, policy, opens_at, closes_at, starts_at, ends_at,
                              format, series_slug, series_title, initiative, join_url, contact_hours, when_label,
                              timezone, venue, platform)
        VALUES (%(id)s, %(revision)s, %(slug)s, %(title)s, %(status)s, %(policy)s, %(opens_at)s, %(closes_at)s,
                %(starts_at)s, %(ends_at)s, %(format)s, %(series_slug)s, %(series_title)s, %(initiative)s, %(join_url)s,
                %(contact_hours)s, %(when_label)s, %(timezone)s, %(venue)s, %(platform)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, slug = excluded.slug, title = excluded.title, status = excluded.status,
               policy = excluded.policy, opens_at = excluded.opens_at, closes_at = excluded.closes_at,
               starts_at = excluded.starts_at, ends_at = excluded.ends_at, format = excluded.format,
               series_slug = excluded.series_slug, series_title = excluded.series_title,
               initiative = excluded.initiative, join_url = excluded.join_url, contact_hours = excluded.contact_hours,
               when_label = excluded.when_label, timezone = excluded.timezone, venue = excluded.venue,
               platform = excluded.platform
         WHERE sessions.revision < excluded.revision OR %(repair)s AND sessions.revision = excluded.revision
    """
    return bool(
        execute(
            conn,
            sql,
            id=session.id,
            revision=session.revision,
            slug=session.slug,
            title=session.title,
            status=session.status,
            policy=session.registration.policy,
            opens_at=session.registration.opens_at,
            closes_at=session.registration.closes_at,
            starts_at=session.when.starts_at,
            ends_at=session.when.ends_at,
            format=session.format,
            series_slug=session.series.slug if session.series else None,
            series_title=session.series.title if session.series else None,
            initiative=Jsonb(asdict(session.initiative)),
            join_url=session.online.join_url if session.online else None,
            contact_hours=session.contact_hours,
            when_label=session.when.label,
            timezone=session.when.timezone,
            venue=Jsonb(asdict(session.venue)) if session.venue else None,
            platform=session.online.platform if session.online else None,
            repair=repair,
        )
    )


def upsert_series(conn: Connection, series: catalog.Series, *, repair: bool = False) -> bool:
    """Take in a series as the catalog has it now; `repair` and the answer as of `upsert_session`."""
    sql = """
        INSERT INTO series (id, revision, slug, title, audience, sessions, counts, invites_to)
        VALUES (%(id)s, %(revision)s, %(slug)s, %(title)s, %(audience)s, %(sessions)s, %(counts)s, %(invites_to)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, slug = excluded.slug, title = excluded.title, audience = excluded.audience,
               sessions = excluded.sessions, counts = excluded.counts, invites_to = excluded.invites_to
         WHERE series.revision < excluded.revision OR %(repair)s AND series.revision = excluded.revision
    """
    rule = series.completion
    return bool(
        execute(
            conn,
            sql,
            id=series.id,
            revision=series.revision,
            slug=series.slug,
            title=series.title,
            audience=Jsonb(asdict(series.audience)),
            sessions=list(dict.fromkeys(rule.sessions)) if rule else [],
            counts=rule.counts if rule else [],
            invites_to=rule.invites_to if rule else None,
            repair=repair,
        )
    )


def upsert_recording(conn: Connection, recording: catalog.Recording, *, withdrawn: bool, repair: bool = False) -> None:
    """Take in how long a session's recording is, or that there is none any more."""
    sql = """
        INSERT INTO recordings (id, revision, session_id, duration_seconds, withdrawn)
        VALUES (%(id)s, %(revision)s, %(session_id)s, %(duration_seconds)s, %(withdrawn)s)
        ON CONFLICT (session_id) DO UPDATE
           SET id = excluded.id, revision = excluded.revision, duration_seconds = excluded.duration_seconds,
               withdrawn = excluded.withdrawn
         WHERE recordings.id <> excluded.id OR recordings.revision < excluded.revision
            OR %(repair)s AND recordings.revision = excluded.revision
    """
    execute(
        conn,
        sql,
        id=recording.id,
        revision=recording.revision,
        session_id=recording.session_id,
        duration_seconds=recording.duration_seconds,
        withdrawn=withdrawn,
        repair=repair,
    )


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
