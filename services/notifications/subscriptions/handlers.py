"""People who register elsewhere may want the newsletter as well."""

from psycopg import Connection

from services.notifications.erased_people.domain import is_erased
from services.notifications.subscriptions import domain
from services.notifications.subscriptions.queries import Origin, SignUp
from shared.events.envelope import Envelope
from shared.events.registration import NewsletterRequested
from shared.messaging.handlers import for_each, on

REGISTRATION = Origin("the form to register for a session", network=None)


@on("registration.newsletter.requested")
@for_each
def request_subscription(conn: Connection, event: NewsletterRequested, envelope: Envelope) -> None:
    """Ask the owner of the address to confirm it, unless they read it already."""
    wanted = event.request
    if is_erased(conn, wanted.person.id, envelope):
        return
    wish = SignUp(email=wanted.person.email, name=wanted.person.name, library_types=wanted.library_types)
    if not domain.is_reader(conn, wish.email):
        domain.request(conn, wish, REGISTRATION)
