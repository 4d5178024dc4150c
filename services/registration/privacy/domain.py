"""What is held on a person, and erasure (GDPR, articles 15 and 17): nothing is left that tells who it was, what counts
stays, and every service says when it is done.
"""

from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.people import queries as people
from services.registration.privacy import queries
from services.registration.privacy.queries import Erasure
from services.registration.seats import domain as seats
from services.registration.seats.queries import lock_seats
from shared.errors import NotFound
from shared.events import registration as events
from shared.messaging import outbox
from shared.messaging.erasure import blank_person, blank_registrar, forget_answers


def describe(conn: Connection, email: str) -> dict[str, Any]:
    """Everything held on the person with this folded address. Raises NotFound."""
    return queries.select_all(conn, _find(conn, email).id)


def erase(conn: Connection, email: str, *, cause: str) -> Erasure:
    """Forget the person with this folded address: their seats in what is to come go to those who wait, what they took
    part in stays counted. Raises NotFound.
    """
    person = _find(conn, email)
    places = queries.select_sessions_held_in(conn, person.id)
    lock_seats(conn, [session_id for session_id, _ in places])
    queries.lock_person(conn, person.id)
    forget_answers(conn, map(str, queries.select_naming(conn, person.id)))
    colleagues = queries.select_registered_by(conn, person.id)
    queries.blank(conn, person.id)
    for session_id, registration_id in places:
        seats.release(conn, session_id, [registration_id], "person erased")
        seats.promote(conn, session_id, cause="seat given up")
    blank_person(conn, person.id, email=person.email)
    blank_registrar(conn, colleagues)
    id = uuid7()
    queries.insert_erasure(conn, id=id, person_id=person.id, cause=cause)
    known = events.Person(id=person.id, email=person.email, name="")
    erasure = events.Erasure(id=id, revision=1, person=known, registered=colleagues)
    outbox.add(conn, events.PersonErased(erasure=erasure))
    return get_erasure(conn, id)


def get_erasure(conn: Connection, id: UUID) -> Erasure:
    """How far an erasure is. Raises NotFound."""
    found = queries.select_erasure(conn, id)
    if found is None:
        raise NotFound("There is no such erasure.")
    return found


def finish(conn: Connection, id: UUID) -> None:
    """Notifications is done: what told it whom to forget is forgotten too."""
    person_id = queries.mark_done_by_notifications(conn, id)
    if person_id:
        blank_person(conn, person_id, email=f"erased-{person_id}@invalid")


def erase_inactive(conn: Connection, *, months: int, limit: int) -> int:
    """Forget people of whom nothing was heard for so many months; how many."""
    inactive = queries.select_inactive(conn, months=months, limit=limit)
    for person in inactive:
        erase(conn, person.email, cause="retention")
    return len(inactive)


def _find(conn: Connection, email: str) -> events.Person:
    person = people.select_by_email(conn, email)
    if person is None:
        raise NotFound("Nothing is held on this person.")
    return person
