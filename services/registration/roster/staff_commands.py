"""What staff do with registrations, each with its line in the audit log."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from services.registration.corrections import domain as corrections
from services.registration.registrations import domain
from services.registration.registrations.applications import as_applicant
from services.registration.registrations.domain import Made
from services.registration.seats.queries import Registration
from shared.email_addresses import fold_email
from shared.http.audit_api import record_staff_action


def register(conn: Connection, slug: str, wanted: dict[str, Any]) -> Made:
    """Register somebody by hand, over capacity where that is said; `wanted` is a ByHandSchema's. Raises what
    registering by hand raises.
    """
    over_capacity = wanted["over_capacity"]
    made = domain.register_by_hand(conn, slug=slug, applicant=as_applicant(wanted), over_capacity=over_capacity)
    if made.new:
        changes = {"session": slug, "status": made.registration.status, "over_capacity": over_capacity}
        record_staff_action(conn, "registration.create", made.registration.id, changes)
    return made


def correct(conn: Connection, id: UUID, changes: dict[str, Any]) -> Registration:
    """Correct what was said, the address included. Raises what correcting raises."""
    if "email" in changes:
        changes = {**changes, "email": fold_email(changes["email"])}
    before, after = corrections.correct(conn, id, changes)
    # What people said of themselves is not copied into a log that outlives it.
    changed = sorted(name for name in changes if getattr(before, name) != getattr(after, name))
    record_staff_action(conn, "registration.correct", id, {"members": changed})
    return after


def accept(conn: Connection, id: UUID) -> Registration:
    """Accept the seat that is offered, for them. Raises what accepting raises."""
    found = domain.accept_offer(conn, id)
    record_staff_action(conn, "registration.accept", id, {})
    return found


def seat(conn: Connection, id: UUID, *, over_capacity: bool) -> Registration:
    """Give a seat to somebody who waits. Raises what seating raises."""
    found = domain.seat(conn, id, over_capacity=over_capacity)
    record_staff_action(conn, "registration.seat", id, {"over_capacity": over_capacity})
    return found


def cancel(conn: Connection, id: UUID) -> Registration:
    """Give a registration up, for them. Raises what cancelling raises."""
    found = domain.cancel(conn, id, reason="cancelled by staff")
    record_staff_action(conn, "registration.cancel", id, {})
    return found


def move(conn: Connection, id: UUID, *, session: str, over_capacity: bool) -> Registration:
    """Move somebody to another session, by its slug; their registration there. Raises what moving raises."""
    moved = domain.move(conn, id, slug=session, over_capacity=over_capacity)
    record_staff_action(
        conn,
        "registration.move",
        id,
        {"session": session, "registration": str(moved.id), "over_capacity": over_capacity},
    )
    return moved
