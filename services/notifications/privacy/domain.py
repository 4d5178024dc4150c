"""People who are erased: what is held under their addresses goes, and what comes late of them is not taken in."""

from typing import Any

import structlog
from psycopg import Connection
from uuid_utils.compat import uuid7

from services.notifications.privacy import queries
from shared.events.registration import Erasure
from shared.messaging.erasure import blank_person, blank_registrar

log = structlog.get_logger()

SCOPE = "people:erase"
HeldData = dict[str, list[dict[str, Any]]]
# What is held of readers as such.
READER = ("subscription", "consents", "subscription_requests")


class MailInDelivery(Exception):
    """A mail to the person is just being taken by the mail server: they are erased once that is over."""


def describe(conn: Connection, email: str) -> HeldData:
    """Everything that notifications holds under this folded address: empty lists where it holds nothing."""
    return queries.select_held(conn, email)


def describe_reader(conn: Connection, email: str) -> tuple[HeldData, bool]:
    """What is held of a reader of the newsletter, and whether they have registered too: the link to preferences is
    not asked to show more than what it is for.
    """
    held = describe(conn, email)
    registered = queries.is_known(conn, email)
    return ({name: held[name] for name in READER} if registered else held), registered


def erase_address(conn: Connection, email: str) -> None:
    """Erase what is held under an address of which registration has told nothing."""
    stranger = uuid7()
    queries.blank_messages(conn, stranger, emails=[email])
    queries.blank(conn, stranger, emails=[email])
    blank_person(conn, stranger, emails=[email])


def erase(conn: Connection, erasure: Erasure) -> None:
    """Erase a person in mails, copies and kept messages, under every address that they had, and who they were in what
    they did for others; what told of it included.

    Raises MailInDelivery, so that no mail comes after we have said that this is done.
    """
    person = erasure.person
    emails = sorted({email.lower() for email in (person.email, *erasure.former_emails) if email})
    queries.lock_person(conn, person.id)
    queries.insert_erased(conn, person.id)
    queries.adopt_notices(conn, person.id, emails=emails)
    queries.blank_messages(conn, person.id, emails=emails)
    queries.blank(conn, person.id, emails=emails)
    queries.delete_deliveries(conn, emails=emails)
    if queries.is_handing_over(conn):
        raise MailInDelivery
    blank_person(conn, person.id, emails=emails)
    queries.blank_registrar(conn, erasure.registered)
    blank_registrar(conn, erasure.registered)
