"""What is held on a person, and erasure (GDPR, articles 15 and 17): nothing is left that tells who it was, what counts
stays, and every service says when it is done.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.groups import domain as groups
from services.registration.groups.queries import select_held_of
from services.registration.people import queries as people
from services.registration.privacy import queries
from services.registration.privacy.queries import Erasure
from services.registration.seats import domain as seats
from services.registration.seats.queries import lock_seats
from shared.conflict_retry import WriteConflict
from shared.errors import NotFound
from shared.events import registration as events
from shared.messaging import outbox
from shared.messaging.erasure import blank_person, blank_registrar, delete_stored_responses

Held = dict[str, list[dict[str, Any]]]


def describe(conn: Connection, email: str) -> Held:
    """Everything that registration holds on the person with this folded address: empty lists where it holds nothing,
    since others may. `formerly_of` are people whose address it was before it was corrected.
    """
    person = people.select_by_email(conn, email)
    held = queries.select_all(conn, person.id if person else None)
    emails = [email, *(people.select_former_emails(conn, person.id) if person else ())]
    return {**held, "groups": select_held_of(conn, emails), "formerly_of": queries.select_formerly_of(conn, email)}


def erase(conn: Connection, email: str, *, cause: str) -> Erasure:
    """Erase the person with this folded address, here and with the event that follows in the other services: their
    seats in what is to come go to those who wait, what they took part in stays counted.

    Where nobody has the address, others may still hold something under it, such as the newsletter: they erase that.
    Raises Overtaken.
    """
    person = people.select_by_email(conn, email)
    if person:
        return _erase(conn, person, cause=cause)
    groups.forget(conn, [email])
    stranger = events.Person(id=uuid7(), email=email, name="")
    queries.insert_erased(conn, stranger.id)
    queries.delete_former_address(conn, email)
    blank_person(conn, stranger.id, emails=[email])
    return _tell(conn, stranger, cause=cause)


def _erase(conn: Connection, person: events.Person, *, cause: str) -> Erasure:
    emails = [person.email, *people.select_former_emails(conn, person.id)]
    held = groups.lock_of(conn, emails)
    queries.lock_invitations(conn, person.id)
    places = queries.select_sessions_held_in(conn, person.id)
    lock_seats(conn, [*held, *(session_id for session_id, _ in places)])
    people.lock_living(conn, person.id)
    now = people.select_by_email(conn, person.email), queries.select_sessions_held_in(conn, person.id)
    if now != (person, places):
        raise WriteConflict("Something of this person changes at this very moment.")
    groups.forget(conn, emails)
    delete_stored_responses(conn, map(str, queries.select_naming(conn, person.id)))
    colleagues = queries.select_registered_by(conn, person.id)
    former = people.select_former_emails(conn, person.id)
    queries.blank(conn, person.id)
    for session_id, registration_id in places:
        seats.release(conn, session_id, [registration_id], "person erased")
        seats.promote(conn, session_id, cause="seat given up")
    blank_person(conn, person.id, emails=[person.email, *former])
    blank_registrar(conn, colleagues)
    return _tell(conn, person, cause=cause, registered=colleagues, former=former)


def _tell(
    conn: Connection,
    person: events.Person,
    *,
    cause: str,
    registered: Sequence[UUID] = (),
    former: Sequence[str] = (),
) -> Erasure:
    """Note the erasure, and let the other services know whom to erase: by their addresses, and without the name."""
    id = uuid7()
    queries.insert_erasure(conn, id=id, person_id=person.id, cause=cause)
    known = events.Person(id=person.id, email=person.email, name="")
    erasure = events.Erasure(id=id, revision=1, person=known, registered=list(registered), former_emails=list(former))
    outbox.add(conn, events.PersonErased(erasure=erasure))
    return get_erasure(conn, id)


def get_erasure(conn: Connection, id: UUID) -> Erasure:
    """How far an erasure is. Raises NotFound."""
    found = queries.select_erasure(conn, id)
    if found is None:
        raise NotFound("There is no such erasure.")
    return found


def finish(conn: Connection, id: UUID) -> None:
    """Notifications is done: what told it whom to erase is erased too."""
    person_id = queries.mark_done_by_notifications(conn, id)
    if person_id:
        blank_person(conn, person_id, emails=[])


def erase_inactive(conn: Connection, *, months: int, limit: int) -> int:
    """Forget people of whom nothing was heard for so many months; how many."""
    inactive = queries.select_inactive(conn, months=months, limit=limit)
    for person in inactive:
        erase(conn, person.email, cause="retention")
    return len(inactive)
