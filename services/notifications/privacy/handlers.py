"""Registration forgets a person: so do we, and say so."""

from psycopg import Connection

from services.notifications.privacy import queries
from shared.events.envelope import Envelope
from shared.events.notifications import Forgetting, PersonForgotten
from shared.events.registration import PersonErased
from shared.messaging import outbox
from shared.messaging.erasure import blank_person, blank_registrar
from shared.messaging.handlers import on


class MailUnderWay(Exception):
    """A mail to the person is just being taken by the mail server: they are forgotten once that is over."""


@on("registration.person.erased")
def erase_person(conn: Connection, event: PersonErased, _envelope: Envelope) -> None:
    """Forget the person in mails, copies and kept messages, the one that told of it included.

    Raises MailUnderWay, so that no mail comes after we have said that this is done; the event is then tried again.
    """
    person = event.erasure.person
    queries.blank(conn, person.id, email=person.email)
    if queries.is_handing_over(conn):
        raise MailUnderWay
    blank_person(conn, person.id, email=person.email)
    queries.blank_registrar(conn, event.erasure.registered)
    blank_registrar(conn, event.erasure.registered)
    outbox.add(conn, PersonForgotten(forgetting=Forgetting(id=event.erasure.id, revision=1)))
