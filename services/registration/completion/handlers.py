"""Reactions to the catalog: what a change of a session or series means for seats, completions and invitations.

They read the projection and are repeatable. An event older than what the projection holds means nothing any more.
"""

from psycopg import Connection

from services.registration.catalog_projection import queries as projection
from services.registration.completion import domain
from services.registration.seats import domain as seats
from shared.events.catalog import SESSION_EVENTS, SeriesEvent, SessionEvent
from shared.events.catalog_snapshots import SeriesSnapshot, SessionSnapshot
from shared.events.envelope import Envelope
from shared.messaging.handlers import NotYetKnown, for_each, on
from shared.projections import holds_revision


@on(*SESSION_EVENTS, "catalog.session.snapshot-taken")
@for_each
def follow_session(conn: Connection, event: SessionEvent | SessionSnapshot, _envelope: Envelope) -> None:
    """Promote those who wait if capacity was raised, release everybody if it is canceled, and invite who earned it."""
    session = event.session
    if not _is_current(holds_revision(conn, "sessions", session.id, session.revision)):
        return
    seats.follow_session(conn, session)
    for series in projection.select_series_inviting_to(conn, session.id):
        domain.evaluate(conn, series)


@on("catalog.series.published", "catalog.series.updated", "catalog.series.snapshot-taken")
@for_each
def follow_series(conn: Connection, event: SeriesEvent | SeriesSnapshot, _envelope: Envelope) -> None:
    """Complete a series for those who have seen all that it counts now."""
    if not _is_current(holds_revision(conn, "series", event.series.id, event.series.revision)):
        return
    if series := projection.select_series(conn, event.series.id):
        domain.evaluate(conn, series)


def _is_current(held: bool | None) -> bool:
    """Raises NotYetKnown if the projection holds nothing."""
    if held is None:
        raise NotYetKnown
    return held
