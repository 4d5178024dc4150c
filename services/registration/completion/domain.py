"""Completing a series, and the invitation that this earns: once per person, whatever the order in which attendance,
views and changes of the series arrive, and never taken back.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.registration.completion import queries
from services.registration.completion.queries import Invitation
from services.registration.people import queries as people
from services.registration.programme import queries as programme
from services.registration.programme.queries import Series
from services.registration.registrations import domain as registrations
from services.registration.registrations import queries as registration_queries
from services.registration.registrations.domain import Made
from services.registration.seats.queries import Applicant
from shared import links, runtime
from shared.errors import Conflict, Gone, NotFound
from shared.events import registration as events
from shared.events.registration import Person
from shared.messaging import outbox

PURPOSE = "invitation"


def evaluate_people(conn: Connection, session_id: UUID, person_ids: list[UUID]) -> None:
    """See whether having seen this session completes a series for these people."""
    if not person_ids:
        return
    programme.share(conn)
    for series in programme.select_series_counting(conn, session_id):
        _complete(conn, series, person_ids)


def evaluate(conn: Connection, series: Series) -> None:
    """See whom a change of the series, or of the session that it invites to, completes or invites. The caller holds
    the programme's lock.
    """
    _complete(conn, series, queries.select_candidates(conn, series))


def _complete(conn: Connection, series: Series, person_ids: list[UUID]) -> None:
    if not series.sessions:
        return
    # Two things that somebody sees at once must not both miss the other: one is judged after the other.
    people.lock(conn, person_ids)
    completions = queries.insert_completions(conn, series, person_ids)
    who = people.select_many(conn, [completion.person_id for completion in completions])
    outbox.add(
        conn,
        *[
            events.SeriesCompleted(
                completion=events.Completed(
                    id=completion.id,
                    revision=1,
                    series_id=series.id,
                    series_slug=series.slug,
                    person=who[completion.person_id],
                    completed_at=completion.completed_at,
                )
            )
            for completion in completions
        ],
    )
    invited = queries.select_invitations(conn, queries.insert_invitations(conn, series))
    outbox.add(conn, *[events.InvitationIssued(invitation=_state(invitation)) for invitation in invited])


def read_code(code: str) -> UUID:
    """The invitation that a code from a mail is for. Raises NotFound."""
    id = links.verify(runtime.settings(), PURPOSE, code)
    if id is None:
        raise NotFound("There is no such invitation.")
    return UUID(id)


def get(conn: Connection, id: UUID) -> Invitation:
    """An invitation. Raises NotFound."""
    found = queries.select_invitations(conn, [id])
    if not found:
        raise NotFound("There is no such invitation.")
    return found[0]


def register(conn: Connection, *, slug: str, applicant: Applicant, code: str | None) -> Made:
    """Register, with the code of an invitation or without; a code that is not theirs gives no right to anything.

    Returns and raises what registering does.
    """
    id = links.verify(runtime.settings(), PURPOSE, code) if code else None
    invitation = _lock(conn, UUID(id)) if id else None
    theirs = invitation if invitation and invitation.usable and invitation.email == applicant.email else None
    invited_to = theirs.session_id if theirs else None
    made = registrations.register(conn, slug=slug, applicant=applicant, invited_to=invited_to)
    if theirs and made.registration.session_id == invited_to:
        _note(conn, theirs, "accepted", events.InvitationAccepted)
    return made


def accept(conn: Connection, id: UUID, *, accommodations: str | None, answers: dict[str, Any]) -> Made:
    """Register the invited person: a right to a seat while seats last, then to a place on the waiting list.

    Accepting again returns the registration that stands. Raises NotFound, Gone (invitation-expired), Conflict where
    it was declined, and what registering raises.
    """
    invitation = _lock(conn, id)
    if invitation.status == "declined":
        raise Conflict("This invitation was declined.", problem="invitation-declined")
    if not invitation.usable:
        raise Gone("This invitation has expired.", problem="invitation-expired")
    made = registrations.register(
        conn,
        slug=invitation.session_slug,
        applicant=replace(_as_applicant(conn, invitation), accommodations=accommodations, answers=answers),
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


def _lock(conn: Connection, id: UUID) -> Invitation:
    queries.lock_invitation(conn, id)
    return get(conn, id)


def _note(conn: Connection, invitation: Invitation, status: str, fact: type[events.InvitationEvent]) -> Invitation:
    """Note the answer to an invitation, once. The caller holds its lock."""
    if invitation.status != "issued":
        return invitation
    queries.update_invitation(conn, invitation.id, status=status)
    answered = get(conn, invitation.id)
    outbox.add(conn, fact(invitation=_state(answered)))
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


def _state(invitation: Invitation) -> events.Invitation:
    return events.Invitation(
        id=invitation.id,
        revision=invitation.revision,
        session_id=invitation.session_id,
        session_slug=invitation.session_slug,
        series_slug=invitation.series_slug,
        person=Person(id=invitation.person_id, email=invitation.email, name=invitation.name),
        status=invitation.status,  # pyright: ignore[reportArgumentType] - a CHECK in the database
        expires_at=invitation.expires_at,
    )
