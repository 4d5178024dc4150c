"""Keeps the copy of the catalog."""

from dataclasses import asdict

from psycopg import Connection

from services.notifications.catalog_projection import domain, queries
from shared.events.catalog import (
    SESSION_EVENTS,
    Announcement,
    AnnouncementEvent,
    AnnouncementWithdrawn,
    Recording,
    RecordingPublished,
    RecordingWithdrawn,
    SeriesEvent,
    Session,
    SessionEvent,
    SessionWithdrawn,
)
from shared.events.catalog_snapshots import AnnouncementSnapshot, RecordingSnapshot, SeriesSnapshot, SessionSnapshot
from shared.events.envelope import Envelope
from shared.messaging.handlers import on
from shared.messaging.snapshot_reports import compare_snapshot

# The copy's tables, by aggregate.
COPY = {"session": "sessions", "series": "series", "recording": "recordings", "announcement": "announcements"}


@on(*SESSION_EVENTS)
def keep_session(conn: Connection, event: SessionEvent, envelope: Envelope) -> None:
    """Know a session as it is now."""
    _keep_session(conn, event.session, envelope, public=not isinstance(event, SessionWithdrawn))


def _keep_session(
    conn: Connection, session: Session, envelope: Envelope, *, public: bool, repair: bool = False
) -> None:
    queries.upsert_session(
        conn,
        id=session.id,
        revision=session.revision,
        slug=session.slug,
        title=session.title,
        format=session.format,
        status=session.status,
        initiative=session.initiative.title,
        when_label=session.when.label,
        starts_at=session.when.starts_at,
        ends_at=session.when.ends_at,
        timezone=session.when.timezone,
        venue=asdict(session.venue) if session.venue else None,
        online=asdict(session.online) if session.online else None,
        page_url=session.page_url,
        summary=session.summary,
        terms=session.terms,
        series_slug=session.series and session.series.slug,
        public=public,
        repair=repair,
        known_since=envelope.time,
    )


@on("catalog.series.published", "catalog.series.updated")
def keep_series(conn: Connection, event: SeriesEvent, _envelope: Envelope) -> None:
    """Know a series as it is now."""
    series = event.series
    queries.upsert_series(conn, id=series.id, revision=series.revision, slug=series.slug, title=series.title)


@on("catalog.recording.published", "catalog.recording.withdrawn")
def keep_recording(conn: Connection, event: RecordingPublished | RecordingWithdrawn, _envelope: Envelope) -> None:
    """Know a recording as it is now."""
    _keep_recording(conn, event.recording, withdrawn=isinstance(event, RecordingWithdrawn))


def _keep_recording(conn: Connection, recording: Recording, *, withdrawn: bool, repair: bool = False) -> None:
    domain.lock_session(conn, recording.session_id)
    queries.upsert_recording(
        conn,
        id=recording.id,
        revision=recording.revision,
        session_id=recording.session_id,
        url=recording.url,
        duration_seconds=recording.duration_seconds,
        captions=recording.captions,
        published_at=recording.published_at,
        withdrawn=withdrawn,
        repair=repair,
    )


@on("catalog.announcement.published", "catalog.announcement.updated", "catalog.announcement.withdrawn")
def keep_announcement(conn: Connection, event: AnnouncementEvent, _envelope: Envelope) -> None:
    """Know an announcement as it is now."""
    _keep_announcement(conn, event.announcement, public=not isinstance(event, AnnouncementWithdrawn))


def _keep_announcement(conn: Connection, announcement: Announcement, *, public: bool, repair: bool = False) -> None:
    queries.upsert_announcement(
        conn,
        id=announcement.id,
        revision=announcement.revision,
        slug=announcement.slug,
        title=announcement.title,
        summary=announcement.summary,
        body=announcement.body,
        terms=announcement.terms,
        page_url=announcement.page_url,
        published_at=announcement.published_at,
        public=public,
        repair=repair,
    )


@on("catalog.session.snapshot-taken")
def repair_session(conn: Connection, event: SessionSnapshot, envelope: Envelope) -> None:
    """Mend the copy, also where it holds this revision with other content. No mail follows from it."""
    with compare_snapshot(conn, COPY["session"], event, envelope):
        _keep_session(conn, event.session, envelope, public=event.public, repair=True)


@on("catalog.series.snapshot-taken")
def repair_series(conn: Connection, event: SeriesSnapshot, envelope: Envelope) -> None:
    """As `repair_session`, of a series."""
    series = event.series
    facts = {"id": series.id, "revision": series.revision, "slug": series.slug, "title": series.title}
    with compare_snapshot(conn, COPY["series"], event, envelope):
        queries.upsert_series(conn, **facts, repair=True)


@on("catalog.recording.snapshot-taken")
def repair_recording(conn: Connection, event: RecordingSnapshot, envelope: Envelope) -> None:
    """As `repair_session`, of a recording."""
    with compare_snapshot(conn, COPY["recording"], event, envelope):
        _keep_recording(conn, event.recording, withdrawn=not event.public, repair=True)


@on("catalog.announcement.snapshot-taken")
def repair_announcement(conn: Connection, event: AnnouncementSnapshot, envelope: Envelope) -> None:
    """As `repair_session`, of an announcement."""
    with compare_snapshot(conn, COPY["announcement"], event, envelope):
        _keep_announcement(conn, event.announcement, public=event.public, repair=True)
