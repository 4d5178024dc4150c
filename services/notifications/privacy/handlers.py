"""Registration erases a person: so do we, and say so."""

from psycopg import Connection

from services.notifications.privacy import domain
from shared.events.envelope import Envelope
from shared.events.notifications import Forgetting, PersonForgotten
from shared.events.registration import PersonErased
from shared.messaging import outbox
from shared.messaging.handlers import for_each, on


@on("registration.person.erased")
@for_each
def erase_person(conn: Connection, event: PersonErased, _envelope: Envelope) -> None:
    """Erase the person, also one who only reads the newsletter. Where a mail to them is under way, the event is tried
    again.
    """
    domain.erase(conn, event.erasure)
    outbox.add(conn, PersonForgotten(forgetting=Forgetting(id=event.erasure.id, revision=1)))
