"""Giving seats and taking them back, with the events that tell of it.

Locks are taken in one order everywhere: the programme, an invitation or a group, seats (in the order of their
sessions), registrations, people.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation

from services.registration.catalog_projection.queries import Session
from services.registration.rules.queries import Terms
from services.registration.seats import (
    cancellation_queries,
    hold_queries,
    placement_queries,
    queries,
    waiting_list_queries,
)
from services.registration.seats.placement_queries import Applicant, Placing
from services.registration.seats.queries import Registration
from shared import rate_limits
from shared.conflict_retry import WriteConflict
from shared.database import constraint_name
from shared.errors import Conflict, Gone
from shared.events import catalog
from shared.events import registration as events
from shared.events.envelope import Event
from shared.events.registration import CancellationReason
from shared.messaging import outbox


@dataclass(frozen=True)
class Hold:
    """Seats that are held for a group, which count as taken."""

    group_id: UUID
    number: int


def take(conn: Connection, terms: Terms, applicant: Applicant, placing: Placing) -> Registration | None:
    """Take a seat ("confirmed") or the next place in line ("waitlisted"), and record the event.

    Returns None, and does nothing, if the terms no longer hold, or if no seat is free and `placing` may not wait.
    Raises WriteConflict if the person has a place already or the key was used, and TooMany if a charge is over its
    limit; an open transaction is void then. A seat that is held for a group is theirs even if others wait; the caller
    holds the seats' lock then.
    """
    if placing.held_for:
        hold_queries.release_held(conn, terms.id, placing.held_for, number=1, cause="held seat given out")
    try:
        with rate_limits.translate_refusals(placing.charges):
            registration = placement_queries.take_place(conn, terms, applicant, placing)
    except UniqueViolation as error:
        if constraint_name(error) not in ("registrations_one_active", "idempotency_keys_pkey"):
            raise
        raise WriteConflict("This person is being registered at this very moment.") from None
    if registration is not None and placing.event is None:
        outbox.add(conn, _made(registration))
    return registration


def hold(conn: Connection, session_id: UUID, group_id: UUID, *, most: int, spare: int) -> int:
    """Hold seats for a group, of those that are free but for `spare`, where nobody waits; how many. The caller holds
    the seats' lock.
    """
    return hold_queries.hold(conn, session_id, group_id, most=most, spare=spare)


def release_held(conn: Connection, session_id: UUID, hold: Hold, *, cause: str) -> None:
    """Hold these seats no longer. The caller holds the seats' lock."""
    hold_queries.release_held(conn, session_id, hold.group_id, number=hold.number, cause=cause)


def release(conn: Connection, session_id: UUID, ids: list[UUID], reason: CancellationReason) -> None:
    """Cancel registrations; the caller holds the seats' lock."""
    had = cancellation_queries.release(conn, session_id, ids, cause=reason)
    outbox.add(
        conn,
        *[
            events.RegistrationCancelled(
                registration=state(registration),
                reason=reason,
                previous_status=had[registration.id],  # pyright: ignore[reportArgumentType] - a CHECK in the database
            )
            for registration in queries.select_many(conn, list(had))
        ],
    )


def promote(conn: Connection, session_id: UUID, *, cause: str) -> None:
    """Give, or offer, every free seat to the head of the waiting list, while registration is open. The caller holds the
    seats' lock.
    """
    if promoted := waiting_list_queries.promote(conn, session_id, cause=cause):
        outbox.add(conn, *[_moved_up(one) for one in queries.select_many(conn, promoted)])


def follow_session(conn: Connection, session: catalog.Session) -> None:
    """Do what a change of a session means for its seats: more of them, or more time, are for those who wait, fewer take
    nobody's away, and a session that is cancelled releases everybody.
    """
    queries.upsert_seats(conn, session.id, session_revision=session.revision, capacity=session.registration.capacity)
    if session.status == "cancelled":
        release(conn, session.id, queries.select_active_ids(conn, session.id), "session cancelled")
    else:
        promote(conn, session.id, cause="capacity raised")


def accept_offer(conn: Connection, registration: Registration, *, session: Session) -> None:
    """Make an offered seat theirs; again changes nothing. The caller holds the seats' lock.

    Raises Gone (offer-lapsed), or Conflict where nothing is offered to them.
    """
    if registration.status == "confirmed":
        return
    cancelled = registration.status == "cancelled"
    if has_ended(registration, session) or (cancelled and waiting_list_queries.has_lapsed(conn, registration)):
        raise Gone("This offer was not accepted in time.", problem="offer-lapsed")
    if registration.status != "offered":
        raise Conflict("No seat is offered to this registration.", problem="nothing-offered")
    waiting_list_queries.confirm_offer(conn, registration.id)
    outbox.add(conn, *[_moved_up(one) for one in queries.select_many(conn, [registration.id])])


def has_ended(registration: Registration, session: Session) -> bool:
    """True if a seat was offered to them and the time to accept it is over, at the latest when the session begins."""
    until = registration.offered_until
    return until is not None and min(until, session.starts_at or until) <= session.now


def seat(conn: Connection, registration: Registration, *, over_capacity: bool) -> None:
    """Give a seat to somebody who waits or has an offer, as staff do: before others who wait, and also once
    registration has closed. A person with a seat keeps it. The caller holds the seats' lock.

    Raises Conflict (registration-cancelled; no-seat-left where none is free and `over_capacity` does not say so).
    """
    if registration.status == "confirmed":
        return
    if registration.status == "cancelled":
        raise Conflict("This registration is canceled.", problem="registration-cancelled")
    if registration.status == "offered":
        waiting_list_queries.confirm_offer(conn, registration.id)
    elif over_capacity or waiting_list_queries.has_free_seat(conn, registration.session_id):
        waiting_list_queries.seat_by_hand(conn, registration.session_id, registration.id)
    else:
        raise Conflict("No seat is free in this session.", problem="no-seat-left")
    outbox.add(conn, *[_moved_up(one) for one in queries.select_many(conn, [registration.id])])


def pass_on(conn: Connection, *, limit: int) -> int:
    """Take back the seats that were offered and not accepted in time, and give each to the next in line; how many."""
    lapsed = waiting_list_queries.select_lapsed(conn, limit=limit)
    sessions = sorted({session_id for session_id, _ in lapsed})
    queries.lock_seats(conn, sessions)
    still = set(waiting_list_queries.select_lapsed(conn, limit=limit)) & set(lapsed)
    for session_id in sessions:
        if ids := [id for of, id in still if of == session_id]:
            release(conn, session_id, ids, "offer not accepted in time")
            promote(conn, session_id, cause="offer passed on")
    return len(still)


def state(registration: Registration) -> events.Registration:
    """A registration as events carry it."""
    return events.Registration(
        id=registration.id,
        revision=registration.revision,
        session_id=registration.session_id,
        session_slug=registration.session_slug,
        status=registration.status,  # pyright: ignore[reportArgumentType] - a CHECK in the database
        position=registration.position,
        offered_until=registration.offered_until,
        person=events.Person(
            id=registration.person_id,
            email=registration.email,
            name=registration.name,
            generation=registration.generation,
        ),
        registered_by=registration.registered_by,
        registered_at=registration.registered_at,
        timezone=registration.timezone,
    )


def _made(registration: Registration) -> Event:
    if registration.status == "confirmed":
        return events.RegistrationConfirmed(registration=state(registration))
    return events.RegistrationWaitlisted(registration=state(registration))


def _moved_up(registration: Registration) -> Event:
    if registration.status == "offered":
        return events.RegistrationOffered(registration=state(registration))
    return events.RegistrationPromoted(registration=state(registration))
