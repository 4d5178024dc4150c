"""Handlers of registration's events about sessions."""

from psycopg import Connection

from services.catalog.availability import queries
from shared.events.envelope import Envelope
from shared.events.registration import AvailabilityChanged
from shared.messaging.handlers import for_each, on


@on("registration.availability.changed")
@for_each
def keep_availability(conn: Connection, event: AvailabilityChanged, _envelope: Envelope) -> None:
    """Store how many seats are taken, so that the catalog can show `full`."""
    availability = event.availability
    queries.upsert_availability(
        conn,
        session_id=availability.id,
        revision=availability.revision,
        confirmed=availability.confirmed,
        waitlisted=availability.waitlisted,
    )
