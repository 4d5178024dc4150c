"""Completing a series, and the invitation that this earns: once per person, whatever the order in which attendance,
views and changes of the series arrive, and never taken back.
"""

from uuid import UUID

from psycopg import Connection

from services.registration.completion import queries
from services.registration.completion.queries import Invitation
from services.registration.people import queries as people
from services.registration.programme import queries as programme
from services.registration.programme.queries import Series
from services.registration.registrations import domain as registrations
from services.registration.registrations import queries as registration_queries
from services.registration.registrations.queries import Registration
from shared import links, runtime
from shared.errors import Conflict, Gone, NotFound
from shared.events import registration as events
from shared.events.registration import Person
from shared.messaging import outbox

PURPOSE = "invitation"


def evaluate_people(conn: Connection, session_id: UUID, person_ids: list[UUID]) -> None:
    """See whether having seen this session completes a series for these people."""
    for series in programme.lock_series_of(conn, session_id):
        _complete(conn, series, person_ids)


def evaluate(conn: Connection, series: Series) -> None:
    """See whom a change of the series, or of the session that it invites to, completes or invites."""
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
    for id in queries.insert_invitations(conn, series):
        outbox.add(conn, events.InvitationIssued(invitation=_state(_get(conn, id))))


def read_code(code: str) -> UUID:
    """The invitation that a code from a mail is for. Raises NotFound."""
    id = links.verify(runtime.settings(), PURPOSE, code)
    if id is None:
        raise NotFound("There is no such invitation.")
    return UUID(id)


def session_of_code(conn: Connection, code: str | None, *, email: str) -> UUID | None:
    """The session to which the bearer of a code, with this address, is invited; None where the code gives no right to
    one.
    """
    if code is None:
        return None
    invitation = _get(conn, read_code(code))
    usable = invitation.status in ("issued", "accepted") and not invitation.expired
    return invitation.session_id if usable and invitation.email == email else None


def show(conn: Connection, id: UUID) -> Invitation:
    """An invitation. Raises NotFound."""
    return _get(conn, id)


def accept(conn: Connection, id: UUID) -> tuple[Registration, bool]:
    """Register the invited person: a right to a seat while seats last, then to a place on the waiting list.

    Accepting again returns the registration that stands. Raises NotFound, Gone (invitation-expired), Conflict where
    it was declined, and what registering raises.
    """
    invitation = _get(conn, id)
    registration_queries.lock_seats(conn, invitation.session_id)
    queries.lock_invitation(conn, id)
    invitation = _get(conn, id)
    _check_usable(invitation)
    registration, new = registrations.register(
        conn,
        slug=invitation.session_slug,
        applicant=_as_applicant(conn, invitation),
        invited_id=invitation.session_id,
    )
    if invitation.status == "issued":
        queries.update_invitation(conn, id, status="accepted")
        outbox.add(conn, events.InvitationAccepted(invitation=_state(_get(conn, id))))
    return registration, new


def decline(conn: Connection, id: UUID) -> Invitation:
    """Note that the invited person will not come. Raises NotFound, or Conflict where they accepted (they cancel
    then).
    """
    queries.lock_invitation(conn, id)
    invitation = _get(conn, id)
    if invitation.status == "accepted":
        raise Conflict("This invitation was accepted; cancel the registration instead.", problem="invitation-accepted")
    if invitation.status == "issued":
        queries.update_invitation(conn, id, status="declined")
        outbox.add(conn, events.InvitationDeclined(invitation=_state(_get(conn, id))))
    return _get(conn, id)


def _check_usable(invitation: Invitation) -> None:
    if invitation.status == "declined":
        raise Conflict("This invitation was declined.", problem="invitation-declined")
    if invitation.expired or invitation.status == "expired":
        raise Gone("This invitation has expired.", problem="invitation-expired")


def _as_applicant(conn: Connection, invitation: Invitation) -> registrations.Applicant:
    """The invited person, with what they last said of their library."""
    latest = registration_queries.select_latest_details(conn, invitation.person_id)
    return registrations.Applicant(
        email=invitation.email,
        name=invitation.name,
        library=latest.library if latest else {},
        job_title=latest.job_title if latest else None,
    )


def _get(conn: Connection, id: UUID) -> Invitation:
    found = queries.select_invitation(conn, id)
    if found is None:
        raise NotFound("There is no such invitation.")
    return found


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
