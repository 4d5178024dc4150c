"""Signing in without passwords: a link by mail that is good once, then a session. Nothing tells whether an address is
known.
"""

import secrets
from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.certificates import queries as certificates
from services.registration.learners import queries
from services.registration.people import queries as people
from services.registration.people.domain import Erased
from services.registration.tickets import domain as tickets
from shared import rate_limits, runtime, signed_links
from shared.email_addresses import mailbox_of
from shared.errors import Gone
from shared.events import registration as events
from shared.messaging import outbox
from shared.rate_limits import Charge
from shared.signed_links import Ticket

PURPOSE = "sign-in"
LINK_MINUTES = 15
SESSION_DAYS = 30
# In an hour: mails to one mailbox, whoever asks; and requests of one network for it, which are refused beyond.
MOST, HOUR = 5, 3600
TOO_MANY = "Too many links were asked for. Please try again later."


def request_sign_in(conn: Connection, email: str, *, network: str) -> None:
    """Mail a link to whoever has this address, if anybody has; no more than some an hour, whoever asks. Raises TooMany
    for a network that asks too often, whether the address is known or not.
    """
    mailbox = mailbox_of(email)
    rate_limits.consume(conn, [Charge("sign-in of a network", f"{mailbox} {network}", MOST, HOUR, TOO_MANY)])
    if not rate_limits.try_consume(conn, [Charge("sign-in", mailbox, MOST, HOUR, TOO_MANY)]):
        # Somebody else may have asked for these; the links that were mailed stay good.
        return
    known = people.select_by_email(conn, email)
    person = known or events.Person(id=uuid7(), email=email, name="")
    # For whoever is not known the same is done and then undone, so that no clock tells what the answer does not.
    with conn.transaction(force_rollback=known is None):
        made = queries.insert_sign_in(conn, id=uuid7(), person_id=person.id, minutes=LINK_MINUTES)
        sign_in = events.SignIn(id=made.id, revision=1, person=person, expires_at=made.expires_at)
        outbox.add(conn, events.SignInRequested(sign_in=sign_in))


def request_for_link(conn: Connection, token: str, *, network: str) -> None:
    """Mail a link to sign in, where all of theirs is, to the one whom a link was for that has ended: to the address
    that we have now. Whoever asks learns nothing. Raises TooMany.
    """
    found = tickets.find_person(conn, token)
    if found:
        request_sign_in(conn, found.email, network=network)


def begin_session(conn: Connection, token: str) -> tuple[str, events.Person]:
    """Use up a link; the token of the session, and whose it is. Raises Gone where the link is not good any more."""
    id = signed_links.verify(runtime.settings(), PURPOSE, token)
    person_id = queries.use_sign_in(conn, UUID(id)) if id else None
    if person_id is None:
        raise Gone("This link has expired.", problem="sign-in-expired")
    secret = secrets.token_urlsafe(32)
    queries.insert_session(conn, secret, person_id=person_id, days=SESSION_DAYS)
    person = people.select_many(conn, [person_id])[person_id]
    people.mark_proved(conn, person.email)
    return secret, person


def describe(conn: Connection, person_id: UUID) -> dict[str, Any]:
    """All that somebody takes part in, with the links by which they manage it. Raises Gone for who was erased."""
    if people.select_erased(conn, [person_id]):
        raise Erased
    person = people.select_many(conn, [person_id])[person_id]
    at_hand = queries.select_day_ahead(conn)

    def link(path: str, purpose: str, row: dict[str, Any]) -> str:
        # Who is signed in gets to what is past as well.
        end = row["links_end_at"] and max(row["links_end_at"], at_hand)
        row["token"] = signed_links.issue(runtime.settings(), purpose, Ticket(str(row["id"]), row["generation"], end))
        return f"{runtime.settings().public_url}/registration/v1/{path}{row['token']}"

    registrations = queries.select_registrations(conn, person_id)
    invitations = queries.select_invitations(conn, person_id)
    for row in registrations:
        row["url"] = link(f"registrations/{row['id']}?token=", signed_links.MANAGE, row)
    for row in invitations:
        row["url"] = link("invitations/", signed_links.INVITATION, row)
    return {
        "person": {"name": person.name, "email": person.email},
        "registrations": registrations,
        "views": queries.select_views(conn, person_id),
        "progress": queries.select_progress(conn, person_id),
        "invitations": invitations,
        "certificates": certificates.select_of_person(conn, person_id),
    }
