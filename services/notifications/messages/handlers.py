"""Reactions that queue emails: which event makes which email due.

They only insert rows. Emails are rendered and sent later, from what the projections hold then.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from services.notifications.erased_people.domain import is_erased
from services.notifications.erased_people.queries import select_erased
from services.notifications.messages import kinds, queries
from services.notifications.messages.kinds import MailKind
from shared.events.catalog import RecordingPublished, SessionRescheduled, SessionScheduled
from shared.events.envelope import Envelope
from shared.events.registration import (
    CertificateIssued,
    GroupRequested,
    InvitationIssued,
    Registration,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationEvent,
    RegistrationOffered,
    RegistrationPromoted,
    RegistrationUpdated,
    RegistrationWaitlisted,
    SeriesProgressed,
    SignInRequested,
)
from shared.messaging.handlers import EventBatch, NotYetKnown, for_each, on


@on("registration.registration.confirmed")
def queue_confirmations(conn: Connection, batch: EventBatch[RegistrationConfirmed]) -> None:
    """Tell people that they have a seat, with an entry for their calendar."""
    contexts = [{"registered_by": event.registration.registered_by} for event, _ in batch]
    _queue(conn, kinds.CONFIRMED, batch, contexts, late=kinds.RECORDING)


@on("registration.registration.waitlisted")
def queue_places_in_line(conn: Connection, batch: EventBatch[RegistrationWaitlisted]) -> None:
    """Tell people that they wait, and at which place."""
    registrations = [event.registration for event, _ in batch]
    contexts = [{"position": one.position, "registered_by": one.registered_by} for one in registrations]
    _queue(conn, kinds.WAITLISTED, batch, contexts)


@on("registration.registration.offered")
def queue_offers(conn: Connection, batch: EventBatch[RegistrationOffered]) -> None:
    """Tell people who waited that they may accept a seat, and until when."""
    _queue(conn, kinds.OFFERED, batch, [_offer(event.registration) for event, _ in batch])


@on("registration.registration.promoted")
def queue_promotions(conn: Connection, batch: EventBatch[RegistrationPromoted]) -> None:
    """Tell people who waited that they have a seat, with an entry for their calendar."""
    _queue(conn, kinds.PROMOTED, batch, [{} for _ in batch], late=kinds.RECORDING)


@on("registration.registration.updated")
@for_each
def queue_again(conn: Connection, event: RegistrationUpdated, envelope: Envelope) -> None:
    """Tell a person whose address was corrected where they stand: they have no email yet."""
    registration = event.registration
    if not event.readdressed:
        return
    if registration.status == "waitlisted":
        kind, context = kinds.WAITLISTED, {"position": registration.position}
    elif registration.status == "confirmed":
        kind, context = kinds.CONFIRMED, {}
    else:
        kind, context = kinds.OFFERED, _offer(registration)
    _queue(conn, kind, [(event, envelope)], [context])


@on("registration.registration.cancelled")
@for_each
def queue_cancellation(conn: Connection, event: RegistrationCancelled, envelope: Envelope) -> None:
    """Tell a person that their seat or place is gone: at their wish, by staff, or since the session is canceled."""
    if event.reason == "person erased":
        return
    kind = kinds.SESSION_CANCELLED if event.reason == "session cancelled" else kinds.CANCELLED
    _queue(conn, kind, [(event, envelope)], [{"reason": event.reason, "was": event.previous_status}])


def _queue(
    conn: Connection,
    kind: MailKind,
    batch: EventBatch[RegistrationEvent],
    contexts: Sequence[dict[str, Any]],
    *,
    late: MailKind | None = None,
) -> None:
    """Queue an email about each of these registrations. Raises NotYetKnown if the projection lacks one.

    Events about erased people are not in the projection; nothing is queued for them.
    """
    caused = [(envelope, context) for (_, envelope), context in zip(batch, contexts, strict=True)]
    missing = queries.insert_for_registrations(conn, kind, caused, late=late)
    if missing:
        people = {event.registration.person.id for event, _ in batch if event.registration.id in missing}
        if people - select_erased(conn, people):
            raise NotYetKnown


def _offer(registration: Registration) -> dict[str, Any]:
    until = registration.offered_until
    return {"offered_until": until and until.isoformat()}


@on("catalog.session.scheduled", "catalog.session.rescheduled")
@for_each
def queue_new_time(conn: Connection, event: SessionScheduled | SessionRescheduled, envelope: Envelope) -> None:
    """Everybody who has a seat gets the calendar entry anew."""
    previous = event.previous.label if isinstance(event, SessionRescheduled) else None
    queries.insert_for_registrants(conn, envelope, kinds.RESCHEDULED, context={"previous": previous})


@on("catalog.recording.published")
@for_each
def queue_recording(conn: Connection, _event: RecordingPublished, envelope: Envelope) -> None:
    """Everybody who has a seat can watch the recording."""
    queries.insert_for_recording(conn, envelope, kinds.RECORDING)


@on("registration.invitation.issued")
@for_each
def queue_invitation(conn: Connection, event: InvitationIssued, envelope: Envelope) -> None:
    """The person may register for a session by invitation."""
    invitation = event.invitation
    if is_erased(conn, invitation.person.id, envelope):
        return
    queries.insert_message(
        conn,
        envelope,
        kinds.INVITATION,
        session_id=invitation.session_id,
        recipient=invitation.person.email,
        context={},
    )


@on("registration.series.progressed")
@for_each
def queue_progress(conn: Connection, event: SeriesProgressed, envelope: Envelope) -> None:
    """The person has one session of a series to go."""
    progress = event.progress
    if is_erased(conn, progress.person.id, envelope):
        return
    queries.insert_message(
        conn,
        envelope,
        kinds.PROGRESS,
        session_id=progress.session_id,
        recipient=progress.person.email,
        context={
            "series": progress.series_title,
            "seen": progress.seen,
            "total": progress.total,
            "counts": progress.counts,
        },
    )


@on("registration.sign-in.requested")
@for_each
def queue_sign_in(conn: Connection, event: SignInRequested, envelope: Envelope) -> None:
    """The person wants to sign in."""
    recipient = event.sign_in.person.email
    if is_erased(conn, event.sign_in.person.id, envelope):
        return
    queries.insert_message(conn, envelope, kinds.SIGN_IN, session_id=None, recipient=recipient, context={})


@on("registration.group.requested")
@for_each
def queue_group(conn: Connection, event: GroupRequested, envelope: Envelope) -> None:
    """Somebody is to confirm that they register colleagues; nothing that they typed is in the mail."""
    group = event.group
    if is_erased(conn, group.person.id, envelope):
        return
    queries.insert_message(
        conn,
        envelope,
        kinds.GROUP_REQUESTED,
        session_id=group.session_id,
        recipient=group.person.email,
        context={"size": group.size},
    )


@on("registration.certificate.issued")
@for_each
def queue_certificate(conn: Connection, event: CertificateIssued, envelope: Envelope) -> None:
    """The person has a certificate."""
    certificate = event.certificate
    if is_erased(conn, certificate.person.id, envelope):
        return
    queries.insert_message(
        conn,
        envelope,
        kinds.CERTIFICATE,
        session_id=None,
        recipient=certificate.person.email,
        context={"title": certificate.title, "certificate": certificate.kind, "hours": certificate.contact_hours},
    )
