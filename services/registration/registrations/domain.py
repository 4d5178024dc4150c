"""Taking a seat, waiting for one, giving it up. Locks are taken in one order everywhere: seats, registrations,
people.
"""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.people import domain as people
from services.registration.programme import queries as programme
from services.registration.registrations import admission, queries
from services.registration.registrations.queries import Registration
from shared.errors import Conflict, NotFound
from shared.events import registration as events
from shared.events.envelope import Event
from shared.messaging import outbox

Reason = Literal["cancelled by registrant", "cancelled by staff", "session cancelled"]


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who registers; `email` is folded."""

    email: str
    name: str
    library: dict[str, Any]
    job_title: str | None = None
    newsletter: bool = False


def register(
    conn: Connection, *, slug: str, applicant: Applicant, invited_id: UUID | None = None
) -> tuple[Registration, bool]:
    """Take a seat, or the next place in line; the registration, and whether it is new.

    `invited_id` is the session that an invitation of theirs is for. Registering again returns the registration that
    stands. Raises NotFound, Conflict (registration-closed, session-cancelled) or InvitationRequired.
    """
    found = programme.select_session(conn, slug)
    if found is None:
        raise NotFound("There is no such session.")
    queries.lock_seats(conn, found.id)
    # Read again under the lock: while it was waited for, the session may have been cancelled.
    session = programme.select_session(conn, slug) or found
    if standing := queries.select_active(conn, session.id, applicant.email):
        return standing, False
    admission.check(session, invited=invited_id == session.id)
    id = uuid7()
    person_id = people.remember(conn, email=applicant.email, name=applicant.name)
    queries.insert(
        conn,
        id=id,
        session_id=session.id,
        person_id=person_id,
        job_title=applicant.job_title,
        library=applicant.library,
        newsletter=applicant.newsletter,
    )
    registration = get(conn, id)
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
    found = get(conn, id)
    queries.lock_seats(conn, found.session_id)
    registration = get(conn, id)
    if registration.status == "cancelled":
        return registration
    session = programme.select_session(conn, registration.session_slug)
    if session and session.status == "held":
        raise Conflict("This session is over.", problem="session-held")
    _release(conn, registration, reason)
    promote(conn, registration.session_id, cause="seat given up")
    return get(conn, id)


def cancel_all(conn: Connection, session_id: UUID) -> None:
    """A cancelled session releases everybody who held or awaited a seat in it."""
    queries.lock_seats(conn, session_id)
    for id in queries.select_active_ids(conn, session_id):
        _release(conn, get(conn, id), "session cancelled")


def set_capacity(conn: Connection, session_id: UUID, capacity: int | None) -> None:
    """Follow the catalog's capacity: more seats go to those who wait; fewer take nobody's away."""
    queries.upsert_capacity(conn, session_id, capacity)
    queries.lock_seats(conn, session_id)
    promote(conn, session_id, cause="capacity raised")


def promote(conn: Connection, session_id: UUID, *, cause: str) -> None:
    """Give every free seat to the head of the waiting list. The caller holds the seats' lock."""
    for id in queries.promote(conn, session_id, cause=cause):
        outbox.add(conn, events.RegistrationPromoted(registration=_state(get(conn, id))))


def announce_changed_seats(conn: Connection) -> int:
    """Tell how full sessions are, once for all changes since it was told last; returns of how many."""
    changed = queries.claim_changed_seats(conn, limit=100)
    outbox.add(
        conn,
        *[
            events.AvailabilityChanged(
                availability=events.Availability(
                    id=seats.session_id,
                    revision=seats.revision,
                    session_slug=seats.session_slug,
                    capacity=seats.capacity,
                    confirmed=seats.taken,
                    waitlisted=seats.waitlisted,
                )
            )
            for seats in changed
        ],
    )
    return len(changed)


def _release(conn: Connection, registration: Registration, reason: Reason) -> None:
    queries.cancel(conn, registration.id, registration.session_id, cause=reason)
    event = events.RegistrationCancelled(
        registration=_state(get(conn, registration.id)),
        reason=reason,
        previous_status="confirmed" if registration.status == "confirmed" else "waitlisted",
    )
    outbox.add(conn, event)


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
