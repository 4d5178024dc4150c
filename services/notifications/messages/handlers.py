"""Which event makes which mail due. The effect is rows only: they are rendered and sent later, from what is known then.

These handlers are named after those that keep the copies, and so run after them in the same transaction.
"""

from psycopg import Connection

from services.notifications.erased_people.domain import is_erased
from services.notifications.messages import kinds, queries
from shared.events.catalog import RecordingPublished, SessionRescheduled, SessionScheduled
from shared.events.envelope import Envelope
from shared.events.registration import (
    CertificateIssued,
    GroupRequested,
    InvitationIssued,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationOffered,
    RegistrationPromoted,
    RegistrationUpdated,
    RegistrationWaitlisted,
    SeriesProgressed,
    SignInRequested,
)
from shared.messaging.handlers import EventBatch, on


@on("registration.registration.confirmed", batch=True)
def queue_confirmations(conn: Connection, happened: EventBatch[RegistrationConfirmed]) -> None:
    """People have seats: text, and an entry for the calendar."""
    caused = [(envelope, {"registered_by": event.registration.registered_by}) for event, envelope in happened]
    queries.insert_for_registrations(conn, kinds.CONFIRMED, caused, late=kinds.RECORDING)


@on("registration.registration.waitlisted", batch=True)
def queue_places_in_line(conn: Connection, happened: EventBatch[RegistrationWaitlisted]) -> None:
    """People wait, and at which places."""
    caused = [
        (envelope, {"position": event.registration.position, "registered_by": event.registration.registered_by})
        for event, envelope in happened
    ]
    queries.insert_for_registrations(conn, kinds.WAITLISTED, caused)


@on("registration.registration.offered")
def queue_offer(conn: Connection, event: RegistrationOffered, envelope: Envelope) -> None:
    """The person who waited may accept a seat, and until when."""
    until = event.registration.offered_until
    queries.insert_for_registrations(conn, kinds.OFFERED, [(envelope, {"offered_until": until and until.isoformat()})])


@on("registration.registration.promoted")
def queue_promotion(conn: Connection, _event: RegistrationPromoted, envelope: Envelope) -> None:
    """The person who waited has a seat: text, and an entry for the calendar."""
    queries.insert_for_registrations(conn, kinds.PROMOTED, [(envelope, {})], late=kinds.RECORDING)


@on("registration.registration.updated")
def queue_again(conn: Connection, event: RegistrationUpdated, envelope: Envelope) -> None:
    """Whose address was wrong has no mail yet: they are told where they stand."""
    registration = event.registration
    if not event.readdressed:
        return
    if registration.status == "waitlisted":
        queries.insert_for_registrations(conn, kinds.WAITLISTED, [(envelope, {"position": registration.position})])
    elif registration.status == "confirmed":
        queries.insert_for_registrations(conn, kinds.CONFIRMED, [(envelope, {})])
    else:
        until = registration.offered_until
        context = {"offered_until": until and until.isoformat()}
        queries.insert_for_registrations(conn, kinds.OFFERED, [(envelope, context)])


@on("registration.registration.cancelled")
def queue_cancellation(conn: Connection, event: RegistrationCancelled, envelope: Envelope) -> None:
    """The person's seat or place is gone: at their wish, by staff, or because the session is cancelled."""
    if event.reason == "person erased":
        return
    kind = kinds.SESSION_CANCELLED if event.reason == "session cancelled" else kinds.CANCELLED
    queries.insert_for_registrations(conn, kind, [(envelope, {"reason": event.reason, "was": event.previous_status})])


@on("catalog.session.scheduled", "catalog.session.rescheduled")
def queue_new_time(conn: Connection, event: SessionScheduled | SessionRescheduled, envelope: Envelope) -> None:
    """Everybody who has a seat gets the calendar entry anew."""
    previous = event.previous.label if isinstance(event, SessionRescheduled) else None
    queries.insert_for_registrants(conn, envelope, kinds.RESCHEDULED, context={"previous": previous})


@on("catalog.recording.published")
def queue_recording(conn: Connection, _event: RecordingPublished, envelope: Envelope) -> None:
    """Everybody who has a seat can watch the recording."""
    queries.insert_for_recording(conn, envelope, kinds.RECORDING)


@on("registration.invitation.issued")
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
def queue_sign_in(conn: Connection, event: SignInRequested, envelope: Envelope) -> None:
    """The person wants to sign in."""
    recipient = event.sign_in.person.email
    if is_erased(conn, event.sign_in.person.id, envelope):
        return
    queries.insert_message(conn, envelope, kinds.SIGN_IN, session_id=None, recipient=recipient, context={})


@on("registration.group.requested")
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
