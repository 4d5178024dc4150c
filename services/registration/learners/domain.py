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
from shared import links, runtime
from shared.errors import Gone, TooMany
from shared.events import registration as events
from shared.messaging import outbox

PURPOSE = "sign-in"
LINK_MINUTES = 15
SESSION_DAYS = 30
# Requests an hour: by one address, whoever asks; from one network, for whatever addresses.
MOST_OF_ADDRESS, MOST_OF_NETWORK = 5, 30


def request_sign_in(conn: Connection, email: str, *, network: str) -> None:
    """Mail a link to whoever has this address, if anybody has. Raises TooMany, whether it is known or not."""
    of_address, of_network = queries.count_requests(conn, email=email, network=network)
    if of_address >= MOST_OF_ADDRESS or of_network >= MOST_OF_NETWORK:
        raise TooMany("Too many links were asked for. Please try again later.", seconds=3600)
    queries.insert_request(conn, email=email, network=network)
    known = people.select_by_email(conn, email)
    person = known or events.Person(id=uuid7(), email=email, name="")
    # For whoever is not known the same is done and then undone, so that no clock tells what the answer does not.
    with conn.transaction(force_rollback=known is None):
        made = queries.insert_sign_in(conn, id=uuid7(), person_id=person.id, minutes=LINK_MINUTES)
        sign_in = events.SignIn(id=made.id, revision=1, person=person, expires_at=made.expires_at)
        outbox.add(conn, events.SignInRequested(sign_in=sign_in))


def begin_session(conn: Connection, token: str) -> tuple[str, events.Person]:
    """Use up a link; the token of the session, and whose it is. Raises Gone where the link is not good any more."""
    id = links.verify(runtime.settings(), PURPOSE, token)
    person_id = queries.use_sign_in(conn, UUID(id)) if id else None
    if person_id is None:
        raise Gone("This link is not good any more.", problem="sign-in-expired")
    secret = secrets.token_urlsafe(32)
    queries.insert_session(conn, secret, person_id=person_id, days=SESSION_DAYS)
    return secret, people.select_many(conn, [person_id])[person_id]


def describe(conn: Connection, person_id: UUID) -> dict[str, Any]:
    """All that somebody takes part in, with the links by which they manage it. Raises Gone for who was erased."""
    settings = runtime.settings()
    if people.select_erased(conn, [person_id]):
        raise Erased
    person = people.select_many(conn, [person_id])[person_id]

    def link(path: str, purpose: str, id: UUID) -> str:
        return f"{settings.public_url}/registration/v1/{path}{links.sign(settings, purpose, str(id))}"

    registrations = queries.select_registrations(conn, person_id)
    invitations = queries.select_invitations(conn, person_id)
    return {
        "person": {"name": person.name, "email": person.email},
        "registrations": [
            {**row, "url": link(f"registrations/{row['id']}?token=", "registration", row["id"])}
            for row in registrations
        ],
        "views": queries.select_views(conn, person_id),
        "progress": queries.select_progress(conn, person_id),
        "invitations": [{**row, "url": link("invitations/", "invitation", row["id"])} for row in invitations],
        "certificates": certificates.select_of_person(conn, person_id),
    }
