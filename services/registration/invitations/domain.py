"""Invitations: a right to register for a session, for one person, answered once."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.catalog_projection import domain as projection
from services.registration.catalog_projection.queries import Series
from services.registration.invitations import queries
from services.registration.invitations.queries import Invitation
from services.registration.invitations.representations import state
from services.registration.people import queries as people
from services.registration.people.domain import Erased
from services.registration.registrations import domain as registrations
from services.registration.registrations.domain import Made
from services.registration.rules import admission
from services.registration.rules.queries import select_rules
from services.registration.seats import queries as registration_queries
from services.registration.seats.placement_queries import Applicant
from services.registration.tickets import domain as tickets
from shared.errors import Conflict, Forbidden, Gone, NotFound
from shared.events import registration as events
from shared.events.registration import Person
from shared.messaging import outbox


def issue_earned(conn: Connection, series: Series) -> None:
    """Invite whoever completed the series and was not invited yet, where it is known to what."""
    invited = queries.select_many(conn, queries.insert_invitations(conn, series))
    outbox.add(conn, *[events.InvitationIssued(invitation=state(invitation)) for invitation in invited])


def issue(conn: Connection, *, slug: str, email: str, name: str, expires_at: datetime | None) -> Invitation:
    """Invite somebody as staff; `expires_at` None leaves it to the session's rules. `email` is folded.

    Raises NotFound, or Conflict (already-invited, session-cancelled, session-held, registration-closed).
    """
    session = projection.find_session(conn, slug)
    admission.check_not_cancelled(session)
    admission.check_not_over(session)
    admission.check_not_closed(session)
    expires_at = expires_at or queries.select_expiry(conn, session.id)
    return _issue(conn, email, name, session_id=session.id, issued_by="staff", expires_at=expires_at)


def transfer(conn: Connection, id: UUID, *, email: str, name: str) -> Invitation:
    """Pass an invitation on to a colleague, where the session's rules allow it; the colleague's. `email` is folded.

    Raises NotFound, Forbidden (not-transferable), Gone (invitation-expired), or Conflict (invitation-accepted,
    invitation-declined, already-invited, registration-closed).
    """
    invitation = _lock(conn, id)
    if not select_rules(conn, invitation.session_id).transferable:
        raise Forbidden("Invitations to this session cannot be passed on.", problem="not-transferable")
    if invitation.status == "accepted":
        raise Conflict("This invitation was accepted; cancel the registration first.", problem="invitation-accepted")
    _check_stands(invitation)
    if invitation.email == email:
        raise Conflict("This is your own invitation.", problem="already-invited")
    admission.check_not_closed(projection.find_session(conn, invitation.session_slug))
    _note(conn, invitation, "revoked", events.InvitationRevoked)
    return _issue(
        conn,
        email,
        name,
        session_id=invitation.session_id,
        issued_by="transfer",
        expires_at=invitation.expires_at,
        series_id=invitation.series_id,
        transferred_from=id,
    )


def revoke(conn: Connection, id: UUID, *, session_id: UUID) -> Invitation:
    """Take an invitation back. Again changes nothing. Raises NotFound, or Conflict where it was accepted."""
    invitation = _lock(conn, id)
    if invitation.session_id != session_id:
        raise NotFound("There is no such invitation.")
    if invitation.status == "accepted":
        raise Conflict("This invitation was accepted; cancel the registration instead.", problem="invitation-accepted")
    return _note(conn, invitation, "revoked", events.InvitationRevoked)


def expire(conn: Connection, *, limit: int) -> int:
    """Let invitations expire that nobody answered in time; how many."""
    expired = queries.select_many(conn, queries.expire(conn, limit=limit))
    outbox.add(conn, *[events.InvitationExpired(invitation=state(invitation)) for invitation in expired])
    return len(expired)


def get(conn: Connection, id: UUID) -> Invitation:
    """An invitation. Raises NotFound, or Gone where its person was erased."""
    found = queries.select_many(conn, [id])
    if not found:
        raise NotFound("There is no such invitation.")
    if people.select_erased(conn, [found[0].person_id]):
        raise Erased
    return found[0]


def register(conn: Connection, *, slug: str, applicant: Applicant, code: str | None) -> Made:
    """Register, with the code of an invitation or without; a code that is not theirs gives no right to anything.

    Returns and raises what registering does.
    """
    invitation = _lock(conn, id) if code and (id := _read(conn, code)) else None
    theirs = invitation if invitation and invitation.usable and invitation.email == applicant.email else None
    invited_to = theirs.session_id if theirs else None
    made = registrations.register(conn, slug=slug, applicant=applicant, invited_to=invited_to)
    if theirs and made.registration.session_id == invited_to:
        _note(conn, theirs, "accepted", events.InvitationAccepted)
    return made


def accept(conn: Connection, id: UUID, *, said: dict[str, Any]) -> Made:
    """Register the invited person: a right to a seat while seats last, then to a place on the waiting list. `said`
    holds, by the names of `Applicant`, what they said besides; what they did not is as they last said it.

    Accepting again returns the registration that stands. Raises NotFound, Gone (invitation-expired), Conflict where
    it was declined, and what registering raises.
    """
    invitation = _lock(conn, id)
    _check_stands(invitation)
    made = registrations.register(
        conn,
        slug=invitation.session_slug,
        applicant=replace(_as_applicant(conn, invitation), **said),
        invited_to=invitation.session_id,
    )
    _note(conn, invitation, "accepted", events.InvitationAccepted)
    return made


def decline(conn: Connection, id: UUID) -> Invitation:
    """Note that the invited person will not come. Raises NotFound, or Conflict where they accepted (they cancel
    then).
    """
    invitation = _lock(conn, id)
    if invitation.status == "accepted":
        raise Conflict("This invitation was accepted; cancel the registration instead.", problem="invitation-accepted")
    return _note(conn, invitation, "declined", events.InvitationDeclined)


def _read(conn: Connection, code: str) -> UUID | None:
    """The invitation that a code is for, where it is good."""
    try:
        return tickets.read_invitation(conn, code)
    except (NotFound, Gone):
        return None


def _issue(
    conn: Connection,
    email: str,
    name: str,
    *,
    session_id: UUID,
    issued_by: str,
    expires_at: datetime | None,
    series_id: UUID | None = None,
    transferred_from: UUID | None = None,
) -> Invitation:
    person = people.insert_missing(conn, [Person(id=uuid7(), email=email, name=name)])[email]
    id = queries.upsert(
        conn,
        session_id=session_id,
        person_id=person,
        issued_by=issued_by,
        expires_at=expires_at,
        series_id=series_id,
        transferred_from=transferred_from,
    )
    if id is None:
        raise Conflict("This person is invited already.", problem="already-invited")
    issued = get(conn, id)
    outbox.add(conn, events.InvitationIssued(invitation=state(issued)))
    return issued


def _check_stands(invitation: Invitation) -> None:
    if invitation.status == "declined":
        raise Conflict("This invitation was declined.", problem="invitation-declined")
    if invitation.status == "revoked":
        raise Gone("This invitation was taken back.", problem="invitation-revoked")
    if not invitation.usable:
        raise Gone("This invitation has expired.", problem="invitation-expired")


def _lock(conn: Connection, id: UUID) -> Invitation:
    queries.lock_invitation(conn, id)
    return get(conn, id)


def _note(conn: Connection, invitation: Invitation, status: str, fact: type[events.InvitationEvent]) -> Invitation:
    """Note the answer to an invitation, once. The caller holds its lock."""
    if invitation.status != "issued":
        return invitation
    queries.update_invitation(conn, invitation.id, status=status)
    answered = get(conn, invitation.id)
    outbox.add(conn, fact(invitation=state(answered)))
    return answered


def _as_applicant(conn: Connection, invitation: Invitation) -> Applicant:
    """The invited person, with what they last said of their library."""
    latest = registration_queries.select_latest_details(conn, invitation.person_id)
    return Applicant(
        email=invitation.email,
        name=invitation.name,
        library=latest.library if latest else {},
        job_title=latest.job_title if latest else None,
    )
