"""The catalog's events: keep the copy, and do what a change of it means for seats and completions."""

from dataclasses import replace

from psycopg import Connection

from services.registration.catalog_projection import queries
from services.registration.completion import domain as completion
from services.registration.seats import domain as seats
from shared.events import catalog
from shared.events.catalog import (
    SESSION_EVENTS,
    RecordingPublished,
    RecordingWithdrawn,
    SeriesEvent,
    SeriesWithdrawn,
    SessionEvent,
)
from shared.events.catalog_snapshots import RecordingSnapshot, SeriesSnapshot, SessionSnapshot
from shared.events.envelope import Envelope
from shared.messaging.handlers import on
from shared.messaging.snapshot_reports import compare_snapshot

# The copy's tables, by aggregate.
COPY = {"session": "sessions", "series": "series", "recording": "recordings"}


@on(*SESSION_EVENTS)
def follow_session(conn: Connection, event: SessionEvent, _envelope: Envelope) -> None:
    """Capacity that was raised promotes those who wait; a cancelled session releases everybody; those whom a series
    invites here are invited.
    """
    queries.lock(conn)
    if queries.upsert_session(conn, event.session):
        _act_on_session(conn, event.session)


@on("catalog.series.published", "catalog.series.updated")
def follow_series(conn: Connection, event: SeriesEvent, _envelope: Envelope) -> None:
    """A series that gains or loses a session may be complete for somebody now."""
    queries.lock(conn)
    if queries.upsert_series(conn, event.series):
        _act_on_series(conn, event.series)


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


@on("catalog.session.snapshot-taken")
def repair_session(conn: Connection, event: SessionSnapshot, envelope: Envelope) -> None:
    """Mend the copy, also where it holds this revision with other content, and do what the mended one means."""
    queries.lock(conn)
    with compare_snapshot(conn, COPY["session"], event, envelope):
        taken = queries.upsert_session(conn, event.session, repair=True)
    if taken:
        _act_on_session(conn, event.session)


@on("catalog.series.snapshot-taken")
def repair_series(conn: Connection, event: SeriesSnapshot, envelope: Envelope) -> None:
    """As `repair_session`, of a series."""
    queries.lock(conn)
    series = event.series if event.public else replace(event.series, completion=None)
    with compare_snapshot(conn, COPY["series"], event, envelope):
        taken = queries.upsert_series(conn, series, repair=True)
    if taken and event.public:
        _act_on_series(conn, series)


@on("catalog.recording.snapshot-taken")
def repair_recording(conn: Connection, event: RecordingSnapshot, envelope: Envelope) -> None:
    """As `repair_session`, of a recording; nothing follows from one."""
    with compare_snapshot(conn, COPY["recording"], event, envelope):
        queries.upsert_recording(conn, event.recording, withdrawn=not event.public, repair=True)


def _act_on_session(conn: Connection, session: catalog.Session) -> None:
    seats.follow_session(conn, session)
    for series in queries.select_series_inviting_to(conn, session.id):
        completion.evaluate(conn, series)


def _act_on_series(conn: Connection, series: catalog.Series) -> None:
    if held := queries.select_series(conn, series.id):
        completion.evaluate(conn, held)
