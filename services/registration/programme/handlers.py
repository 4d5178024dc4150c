"""The catalog's events: keep the copy, and do what a change of it means for seats and completions."""

from dataclasses import replace

from psycopg import Connection

from services.registration.completion import domain as completion
from services.registration.programme import queries
from services.registration.seats import domain as seats
from shared.events.catalog import (
    SESSION_EVENTS,
    RecordingPublished,
    RecordingWithdrawn,
    SeriesEvent,
    SeriesWithdrawn,
    SessionEvent,
)
from shared.events.envelope import Envelope
from shared.messaging.handlers import on


@on(*SESSION_EVENTS)
def follow_session(conn: Connection, event: SessionEvent, _envelope: Envelope) -> None:
    """Capacity that was raised promotes those who wait; a cancelled session releases everybody; those whom a series
    invites here are invited.
    """
    queries.lock(conn)
    if not queries.upsert_session(conn, event.session):
        return
    seats.follow_session(conn, event.session)
    for series in queries.select_series_inviting_to(conn, event.session.id):
        completion.evaluate(conn, series)


@on("catalog.series.published", "catalog.series.updated")
def follow_series(conn: Connection, event: SeriesEvent, _envelope: Envelope) -> None:
    """A series that gains or loses a session may be complete for somebody now."""
    queries.lock(conn)
    if not queries.upsert_series(conn, event.series):
        return
    if series := queries.select_series(conn, event.series.id):
        completion.evaluate(conn, series)


@on("catalog.series.withdrawn")
def forget_series(conn: Connection, event: SeriesWithdrawn, _envelope: Envelope) -> None:
    """Nobody completes a series that is withdrawn; what was earned stays earned."""
    queries.lock(conn)
    queries.upsert_series(conn, replace(event.series, completion=None))


@on("catalog.recording.published")
def follow_recording(conn: Connection, event: RecordingPublished, _envelope: Envelope) -> None:
    queries.upsert_recording(conn, event.recording, withdrawn=False)


@on("catalog.recording.withdrawn")
def forget_recording(conn: Connection, event: RecordingWithdrawn, _envelope: Envelope) -> None:
    """What was seen stays seen; nobody sees more of it."""
    queries.upsert_recording(conn, event.recording, withdrawn=True)
