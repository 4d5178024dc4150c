"""The projection of the catalog: sessions, series, recordings, and announcements as they are now.

Snapshots, which an operator asks for, repair the copy. No email follows from one.
"""

from dataclasses import asdict

from psycopg import Connection

from services.notifications.catalog_projection import domain, queries
from shared.events.catalog import (
    SESSION_EVENTS,
    AnnouncementEvent,
    RecordingPublished,
    RecordingWithdrawn,
    SeriesEvent,
    SessionEvent,
)
from shared.events.catalog_snapshots import (
    AnnouncementSnapshot,
    RecordingSnapshot,
    SeriesSnapshot,
    SessionSnapshot,
    is_public,
)
from shared.events.envelope import Envelope
from shared.messaging.handlers import for_each, on
from shared.projections import receive_state, upsert_newer

# Tables by aggregate.
TABLES = {"session": "sessions", "series": "series", "recording": "recordings", "announcement": "announcements"}


@on(*SESSION_EVENTS, "catalog.session.snapshot-taken")
@for_each
def keep_session(conn: Connection, event: SessionEvent | SessionSnapshot, envelope: Envelope) -> None:
    """Keep a session as it is now; its row is locked either way."""
    session = event.session
    row = queries.SessionRow(
        id=session.id,
        revision=session.revision,
        schedule_revision=session.revision,
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
        public=is_public(event),
        known_since=envelope.time,
    )
    with receive_state(conn, "sessions", event, envelope) as repair:
        upsert_newer(conn, "sessions", row, repair=repair, merge=queries.MERGED_COLUMNS)


@on("catalog.series.published", "catalog.series.updated", "catalog.series.snapshot-taken")
@for_each
def keep_series(conn: Connection, event: SeriesEvent | SeriesSnapshot, envelope: Envelope) -> None:
    """Keep a series as it is now."""
    series = event.series
    row = queries.SeriesRow(id=series.id, revision=series.revision, slug=series.slug, title=series.title)
    with receive_state(conn, "series", event, envelope) as repair:
        upsert_newer(conn, "series", row, repair=repair)


@on("catalog.recording.published", "catalog.recording.withdrawn", "catalog.recording.snapshot-taken")
@for_each
def keep_recording(
    conn: Connection, event: RecordingPublished | RecordingWithdrawn | RecordingSnapshot, envelope: Envelope
) -> None:
    """Keep a recording as it is now. One of a session that is not known yet waits for it."""
    recording = event.recording
    row = queries.RecordingRow(
        id=recording.id,
        revision=recording.revision,
        session_id=recording.session_id,
        url=recording.url,
        duration_seconds=recording.duration_seconds,
        captions=recording.captions,
        published_at=recording.published_at,
        withdrawn=not is_public(event),
    )
    with receive_state(conn, "recordings", event, envelope) as repair:
        domain.lock_session(conn, recording.session_id)
        upsert_newer(conn, "recordings", row, repair=repair)


@on(
    "catalog.announcement.published",
    "catalog.announcement.updated",
    "catalog.announcement.withdrawn",
    "catalog.announcement.snapshot-taken",
)
@for_each
def keep_announcement(conn: Connection, event: AnnouncementEvent | AnnouncementSnapshot, envelope: Envelope) -> None:
    """Keep an announcement as it is now."""
    announcement = event.announcement
    row = queries.AnnouncementRow(
        id=announcement.id,
        revision=announcement.revision,
        slug=announcement.slug,
        title=announcement.title,
        summary=announcement.summary,
        body=announcement.body,
        terms=announcement.terms,
        page_url=announcement.page_url,
        published_at=announcement.published_at,
        public=is_public(event),
    )
    with receive_state(conn, "announcements", event, envelope) as repair:
        upsert_newer(conn, "announcements", row, repair=repair)
