"""Telling how full sessions are, in few events however many seats are taken."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from services.registration.availability import queries
from services.registration.availability.queries import Disagreement, Seats
from services.registration.catalog_projection.queries import Session
from services.registration.rules import admission
from services.registration.seats import domain as seats_domain
from services.registration.seats.queries import lock_seats
from shared.errors import NotFound
from shared.events import registration as events
from shared.messaging import outbox

# A session's seats are told no more often than this; the state is carried, so the last event is all there is to know.
SECONDS = 1.0
# Of how many sessions in one go.
MOST = 500


def describe(conn: Connection, session: Session) -> dict[str, Any]:
    """How full a session is, as `schemas.AvailabilitySchema` has it. Raises NotFound."""
    return describe_all(conn, [session])[session.slug]


def describe_all(conn: Connection, sessions: Sequence[Session]) -> dict[str, dict[str, Any]]:
    """How full each of these sessions is, by its slug. Raises NotFound where one is not known."""
    seats = queries.select_seats(conn, [session.id for session in sessions])
    if any(session.id not in seats for session in sessions):
        raise NotFound("There is no such session.")
    return {session.slug: _tell(session, seats[session.id]) for session in sessions}


def _tell(session: Session, seats: Seats) -> dict[str, Any]:
    left = None if seats.capacity is None else max(seats.capacity - seats.taken, 0)
    return {
        "capacity": seats.capacity,
        "confirmed": seats.taken,
        "waitlisted": seats.waitlisted,
        "seats_left": left,
        "state": admission.state(session, seats_left=left),
    }


def tell_changes(conn: Connection) -> int:
    """Publish the seats of sessions that are not as they were told last; returns of how many."""
    changed = queries.upsert_changed(conn, limit=MOST, seconds=SECONDS)
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


def find_disagreements(conn: Connection) -> list[Disagreement]:
    """Where the counts of seats are not what the registrations say; empty seats go to those who wait for them."""
    found = queries.select_disagreements(conn)
    for seats in found:
        if seats.undersold:
            lock_seats(conn, [seats.session_id])
            seats_domain.promote(conn, seats.session_id, cause="seat found empty")
    return found
