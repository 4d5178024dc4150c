"""Registration forgets a person: so do we, and say so."""

from psycopg import Connection

from services.notifications.privacy import queries
from shared.events.envelope import Envelope
from shared.events.notifications import Forgetting, PersonForgotten
from shared.events.registration import PersonErased
from shared.messaging import outbox
from shared.messaging.erasure import blank_person
from shared.messaging.handlers import on


@on("registration.person.erased")
def erase_person(conn: Connection, event: PersonErased, _envelope: Envelope) -> None:
    """Forget the person in mails, copies and kept messages, the one that told of it included."""
    person = event.erasure.person
    queries.blank(conn, person.id, email=person.email)
    blank_person(conn, person.id, email=person.email)
    outbox.add(conn, PersonForgotten(forgetting=Forgetting(id=event.erasure.id, revision=1)))
