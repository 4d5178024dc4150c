"""Other services say that they are done."""

from psycopg import Connection

from services.registration.privacy import domain
from shared.events.envelope import Envelope
from shared.events.notifications import PersonForgotten
from shared.messaging.handlers import for_each, on


@on("notifications.person.erased")
@for_each
def finish_erasure(conn: Connection, event: PersonForgotten, _envelope: Envelope) -> None:
    domain.finish(conn, event.forgetting.id)
