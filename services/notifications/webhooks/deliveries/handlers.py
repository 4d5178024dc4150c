"""What the catalog makes public is queued for every outside site that wants it."""

from psycopg import Connection

from services.notifications.webhooks.deliveries import queries
from services.notifications.webhooks.deliveries.domain import PUBLIC, facts_of, names_of, tell, write_event
from shared.events.envelope import Envelope, Event
from shared.messaging.handlers import on


@on(*PUBLIC)
def queue_deliveries(conn: Connection, event: Event, envelope: Envelope) -> None:
    """Every active webhook whose types and filters match is to be told; once for an event."""
    if not queries.is_anybody_told(conn, names_of(envelope.type)):
        return
    data = tell(event)
    queries.insert_deliveries(
        conn,
        envelope,
        names=names_of(envelope.type),
        facts=facts_of(event, data),
        body=write_event(envelope, data),
    )
