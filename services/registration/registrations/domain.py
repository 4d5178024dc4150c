"""Taking a seat, waiting for one, giving it up. Locks are taken in one order everywhere: an invitation, seats,
registrations, people.
"""

from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from uuid_utils.compat import uuid7

from services.registration.programme import domain as programme
from services.registration.programme.queries import Session
from services.registration.registrations import admission, queries
from services.registration.registrations.queries import Applicant, Registration
from services.registration.registrations.turns import Overtaken
from shared.database import constraint_of
from shared.errors import Conflict, NotFound
from shared.events import catalog
from shared.events import registration as events
from shared.events.envelope import Event
from shared.messaging import outbox

Reason = Literal["cancelled by registrant", "cancelled by staff", "session cancelled"]


def register(
    conn: Connection, *, slug: str, applicant: Applicant, invited_to: UUID | None = None
) -> tuple[Registration, bool]:
    """Take a seat, or the next place in line; the registration, and whether it is new.

    `invited_to` is the session that an invitation of theirs is for. Registering again returns the registration that
    stands. Raises NotFound, Conflict (registration-closed, session-cancelled), InvitationRequired or Overtaken.
    """
    session = programme.find_session(conn, slug)
    if standing := queries.select_active(conn, session.id, applicant.email):
        return standing, False
    admission.check(session, invited=invited_to == session.id)
    registration = _take_place(conn, session, applicant)
    if registration is None:
        # The session changed meanwhile: it is judged again, and under the lock it stays as it is.
        queries.lock_seats(conn, session.id)
        return register(conn, slug=slug, applicant=applicant, invited_to=invited_to)
    outbox.add(conn, _made(registration))
    return registration, True


def get(conn: Connection, id: UUID) -> Registration:
    """A registration by its id. Raises NotFound."""
    found = queries.select(conn, id)
    if found is None:
        raise NotFound("There is no such registration.")
    return found


def cancel(conn: Connection, id: UUID, *, reason: Reason) -> Registration:
    """Give up a seat, which goes to the head of the waiting list, or a place in that. Cancelling again changes nothing.

    Raises NotFound, or Conflict where the session is over.
    """
    session_id = get(conn, id).session_id
    queries.lock_seats(conn, session_id)
    registration = get(conn, id)
    if registration.status == "cancelled":
        return registration
    if programme.find_session(conn, registration.session_slug).status == "held":
        raise Conflict("This session is over.", problem="session-held")
    _release(conn, session_id, [id], reason)
    promote(conn, session_id, cause="seat given up")
    return get(conn, id)


def follow_session(conn: Connection, session: catalog.Session) -> None:
    """Do what a change of a session means for its seats: more of them go to those who wait, fewer take nobody's away,
    and a session that is cancelled releases everybody.
    """
    queries.upsert_seats(conn, session.id, session_revision=session.revision, capacity=session.registration.capacity)
    if session.status == "cancelled":
        _release(conn, session.id, queries.select_active_ids(conn, session.id), "session cancelled")
    elif session.status != "held":
        promote(conn, session.id, cause="capacity raised")


def promote(conn: Connection, session_id: UUID, *, cause: str) -> None:
    """Give every free seat to the head of the waiting list. The caller holds the seats' lock."""
    promoted = queries.promote(conn, session_id, cause=cause)
    if promoted:
        found = queries.select_many(conn, promoted)
        outbox.add(conn, *[events.RegistrationPromoted(registration=_state(one)) for one in found])


def _take_place(conn: Connection, session: Session, applicant: Applicant) -> Registration | None:
    try:
        return queries.take_place(conn, session, applicant, id=uuid7(), person_id=uuid7())
    except UniqueViolation as error:
        if constraint_of(error) != "registrations_one_active":
            raise
        raise Overtaken("This person is being registered at this very moment.") from None


def _release(conn: Connection, session_id: UUID, ids: list[UUID], reason: Reason) -> None:
    """Cancel registrations; the caller holds the seats' lock."""
    had = queries.cancel(conn, session_id, ids, cause=reason)
    outbox.add(
        conn,
        *[
            events.RegistrationCancelled(
                registration=_state(registration),
                reason=reason,
                previous_status="confirmed" if had[registration.id] == "confirmed" else "waitlisted",
            )
            for registration in queries.select_many(conn, list(had))
        ],
    )


def _made(registration: Registration) -> Event:
    state = _state(registration)
    if registration.status == "confirmed":
        return events.RegistrationConfirmed(registration=state)
    return events.RegistrationWaitlisted(registration=state)


def _state(registration: Registration) -> events.Registration:
    return events.Registration(
        id=registration.id,
        revision=registration.revision,
        session_id=registration.session_id,
        session_slug=registration.session_slug,
        status=registration.status,  # pyright: ignore[reportArgumentType] - a CHECK in the database
        position=registration.position,
        person=events.Person(id=registration.person_id, email=registration.email, name=registration.name),
        registered_at=registration.registered_at,
    )
