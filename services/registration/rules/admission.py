"""Who may register when."""

from datetime import datetime

from services.registration.catalog_projection.queries import Session
from shared.errors import Conflict, Forbidden


class InvitationRequired(Forbidden):
    problem = "invitation-required"


def check(session: Session, *, invited: bool) -> None:
    """Let the registration on. Raises Conflict (session-cancelled, registration-closed) or InvitationRequired.

    A session without a date of its own takes registrations only once staff have said from when.
    """
    check_not_cancelled(session)
    if session.policy == "invitation" and not invited:
        raise InvitationRequired("This session is by invitation.")
    if not is_open(session):
        raise Conflict("Registration for this session is closed.", problem="registration-closed")


def check_not_closed(session: Session) -> None:
    """Raises Conflict (registration-closed) where nobody can register any more."""
    if has_closed(session):
        raise Conflict("Registration for this session is closed.", problem="registration-closed")


def check_not_cancelled(session: Session) -> None:
    """Raises Conflict (session-cancelled)."""
    if session.status == "cancelled":
        raise Conflict("This session was canceled.", problem="session-cancelled")


def check_not_over(session: Session) -> None:
    """Raises Conflict (session-held): what was taken part in stays as it was."""
    if is_over(session):
        raise Conflict("This session is over.", problem="session-held")


def is_over(session: Session) -> bool:
    """Whether the session has taken place, also where the catalog has not said so yet."""
    end = session.ends_at or session.starts_at
    return session.status == "held" or (end is not None and end <= session.now)


def has_begun(session: Session) -> bool:
    """Whether the session has begun, by the programme's clock."""
    return session.status == "held" or (session.starts_at is not None and session.starts_at <= session.now)


def has_closed(session: Session) -> bool:
    """Whether registration has ended, or the session has begun: from then on seats pass on to nobody by themselves."""
    return has_begun(session) or (session.closes_at is not None and session.closes_at <= session.now)


def is_open(session: Session) -> bool:
    """Whether the session's window for registration is open, by the programme's clock."""
    if session.status in ("held", "cancelled") or (session.status == "planned" and session.opens_at is None):
        return False
    begin, end = window(session)
    return (begin is None or begin <= session.now) and (end is None or session.now < end)


def window(session: Session) -> tuple[datetime | None, datetime | None]:
    """From when, and until before when, a session takes registrations; None without a bound."""
    return session.opens_at, session.closes_at or session.starts_at


def state(session: Session, *, seats_left: int | None) -> str:
    """`not_open`, `open`, `full` (the waiting list is taken) or `closed`."""
    if session.opens_at and session.now < session.opens_at:
        return "not_open"
    if not is_open(session):
        return "closed" if session.status != "planned" else "not_open"
    return "full" if seats_left == 0 else "open"
