"""The projection of the catalog: sessions, series and recordings as they are now.

Each handler locks the projection, so that what follows from a change is judged by nobody else meanwhile.
"""

from dataclasses import asdict

from psycopg import Connection

from services.registration.catalog_projection import queries
from shared.events.catalog import SESSION_EVENTS, RecordingPublished, RecordingWithdrawn, SeriesEvent, SessionEvent
from shared.events.catalog_snapshots import RecordingSnapshot, SeriesSnapshot, SessionSnapshot, is_public
from shared.events.envelope import Envelope
from shared.messaging.handlers import for_each, on
from shared.projections import receive_state, upsert_newer

# Tables by aggregate.
TABLES = {"session": "sessions", "series": "series", "recording": "recordings"}


@on(*SESSION_EVENTS, "catalog.session.snapshot-taken")
@for_each
def keep_session(conn: Connection, event: SessionEvent | SessionSnapshot, envelope: Envelope) -> None:
    """Keep a session as it is now."""
    session = event.session
    row = queries.SessionRow(
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
        initiative=asdict(session.initiative),
        join_url=session.online.join_url if session.online else None,
        contact_hours=session.contact_hours,
        when_label=session.when.label,
        timezone=session.when.timezone,
        venue=asdict(session.venue) if session.venue else None,
        platform=session.online.platform if session.online else None,
    )
    queries.lock(conn)
    with receive_state(conn, "sessions", event, envelope) as repair:
        upsert_newer(conn, "sessions", row, repair=repair)


@on("catalog.series.published", "catalog.series.updated", "catalog.series.withdrawn", "catalog.series.snapshot-taken")
@for_each
def keep_series(conn: Connection, event: SeriesEvent | SeriesSnapshot, envelope: Envelope) -> None:
    """Keep a series as it is now. Nobody completes one that is withdrawn; what was earned stays earned."""
    series = event.series
    rule = series.completion if is_public(event) else None
    row = queries.SeriesRow(
        id=series.id,
        revision=series.revision,
        slug=series.slug,
        title=series.title,
        audience=asdict(series.audience),
        sessions=list(dict.fromkeys(rule.sessions)) if rule else [],
        counts=list(rule.counts) if rule else [],
        invites_to=rule.invites_to if rule else None,
    )
    queries.lock(conn)
    with receive_state(conn, "series", event, envelope) as repair:
        upsert_newer(conn, "series", row, repair=repair)


@on("catalog.recording.published", "catalog.recording.withdrawn", "catalog.recording.snapshot-taken")
@for_each
def keep_recording(
    conn: Connection, event: RecordingPublished | RecordingWithdrawn | RecordingSnapshot, envelope: Envelope
) -> None:
    """Keep a session's recording as it is now, in the place of an earlier one. What was viewed stays viewed."""
    recording = event.recording
    row = queries.RecordingRow(
        id=recording.id,
        revision=recording.revision,
        session_id=recording.session_id,
        duration_seconds=recording.duration_seconds,
        withdrawn=not is_public(event),
    )
    with receive_state(conn, "recordings", event, envelope) as repair:
        upsert_newer(conn, "recordings", row, repair=repair, key="session_id", replaces="known.id <> excluded.id")
