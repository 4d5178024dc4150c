"""Keeps the copy of the catalog."""

from dataclasses import asdict

from psycopg import Connection

from services.notifications.programme import domain, queries
from shared.events.catalog import (
    SESSION_EVENTS,
    AnnouncementEvent,
    AnnouncementWithdrawn,
    RecordingPublished,
    RecordingWithdrawn,
    SeriesEvent,
    SessionEvent,
    SessionWithdrawn,
)
from shared.events.envelope import Envelope
from shared.messaging.handlers import on


@on(*SESSION_EVENTS)
def keep_session(conn: Connection, event: SessionEvent, envelope: Envelope) -> None:
    """Know a session as it is now."""
    session = event.session
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
        public=not isinstance(event, SessionWithdrawn),
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
    recording = event.recording
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
        withdrawn=isinstance(event, RecordingWithdrawn),
    )


@on("catalog.announcement.published", "catalog.announcement.updated", "catalog.announcement.withdrawn")
def keep_announcement(conn: Connection, event: AnnouncementEvent, _envelope: Envelope) -> None:
    """Know an announcement as it is now."""
    announcement = event.announcement
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
        public=not isinstance(event, AnnouncementWithdrawn),
    )
