"""What the catalog makes public is queued for every outside site that wants it."""

from psycopg import Connection

from services.notifications.webhooks.deliveries import queries
from services.notifications.webhooks.payloads import PUBLIC, filter_values, names_of, public_data, write_event
from shared.events.envelope import Envelope, Event
from shared.messaging.handlers import for_each, on


@on(*PUBLIC)
@for_each
def queue_deliveries(conn: Connection, event: Event, envelope: Envelope) -> None:
    """Every active webhook whose types and filters match is to be told; once for an event."""
    if not queries.has_subscribers(conn, names_of(envelope.type)):
        return
    data = public_data(event)
    queries.insert_deliveries(
        conn,
        envelope,
        names=names_of(envelope.type),
        facts=filter_values(event, data),
        body=write_event(envelope, data),
    )
