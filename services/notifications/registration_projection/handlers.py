"""Keeps the copy of who takes part in what."""

from psycopg import Connection

from services.notifications.catalog_projection import domain as catalog
from services.notifications.erased_people.domain import drop_erased, is_erased
from services.notifications.registration_projection import queries
from shared.events.envelope import Envelope
from shared.events.registration import (
    AttendanceRecorded,
    CertificateEvent,
    GroupRequested,
    InvitationEvent,
    RegistrationEvent,
    SeriesCompleted,
    SeriesProgressed,
    SignInRequested,
)
from shared.messaging.handlers import EventBatch, NotYetKnown, for_each, on
from shared.projections import upsert_newer


@on(
    "registration.registration.confirmed",
    "registration.registration.waitlisted",
    "registration.registration.offered",
    "registration.registration.promoted",
    "registration.registration.updated",
    "registration.registration.cancelled",
)
def keep_registrations(conn: Connection, happened: EventBatch[RegistrationEvent]) -> None:
    """Know registrations as they are now. One for a session that is not known yet waits for it."""
    erased = drop_erased(conn, [(event.registration.person.id, envelope) for event, envelope in happened])
    kept = [event.registration for event, _ in happened if event.registration.person.id not in erased]
    if kept and not queries.upsert_registrations(conn, kept):
        raise NotYetKnown


@on(
    "registration.invitation.issued",
    "registration.invitation.accepted",
    "registration.invitation.declined",
    "registration.invitation.expired",
    "registration.invitation.revoked",
)
@for_each
def keep_invitation(conn: Connection, event: InvitationEvent, envelope: Envelope) -> None:
    """Know an invitation as it is now. One to a session that is not known yet waits for it."""
    invitation = event.invitation
    if is_erased(conn, invitation.person.id, envelope):
        return
    catalog.share_session(conn, invitation.session_id)
    row = queries.InvitationRow(
        id=invitation.id,
        revision=invitation.revision,
        status=invitation.status,
        session_id=invitation.session_id,
        series_slug=invitation.series_slug,
        person_id=invitation.person.id,
        email=invitation.person.email,
        name=invitation.person.name,
        generation=invitation.person.generation,
        expires_at=invitation.expires_at,
    )
    upsert_newer(conn, "invitations", row)


@on("registration.attendance.recorded")
@for_each
def keep_attendance(conn: Connection, event: AttendanceRecorded, envelope: Envelope) -> None:
    """Know whether somebody came to a session, for what is said of it later."""
    attendance = event.attendance
    if is_erased(conn, attendance.person_id, envelope):
        return
    row = queries.AttendanceRow(
        id=attendance.id,
        revision=attendance.revision,
        session_id=attendance.session_id,
        person_id=attendance.person_id,
        attended=attendance.attended,
    )
    upsert_newer(conn, "attendance", row)


@on("registration.series.progressed")
@for_each
def keep_progress(conn: Connection, event: SeriesProgressed, envelope: Envelope) -> None:
    """Know who has one session of a series to go. News of a session that is not known yet waits for it."""
    progress = event.progress
    if is_erased(conn, progress.person.id, envelope):
        return
    catalog.share_session(conn, progress.session_id)
    row = queries.NoticeRow(
        id=progress.id,
        revision=progress.revision,
        status="issued",
        person_id=progress.person.id,
        email=progress.person.email,
        name=progress.person.name,
        generation=progress.person.generation,
        expires_at=None,
        series_id=progress.series_id,
    )
    upsert_newer(conn, "notices", row)


@on("registration.series.completed")
@for_each
def keep_completion(conn: Connection, event: SeriesCompleted, envelope: Envelope) -> None:
    """Know who has completed which series."""
    completion = event.completion
    if is_erased(conn, completion.person.id, envelope):
        return
    queries.insert_completion(conn, series_id=completion.series_id, person_id=completion.person.id)


@on("registration.sign-in.requested")
@for_each
def keep_sign_in(conn: Connection, event: SignInRequested, envelope: Envelope) -> None:
    """Know for whom a link to sign in is, and how long it is good."""
    sign_in = event.sign_in
    if is_erased(conn, sign_in.person.id, envelope):
        return
    row = queries.NoticeRow(
        id=sign_in.id,
        revision=sign_in.revision,
        status="issued",
        person_id=sign_in.person.id,
        email=sign_in.person.email,
        name=sign_in.person.name,
        generation=sign_in.person.generation,
        expires_at=sign_in.expires_at,
    )
    upsert_newer(conn, "notices", row)


@on("registration.group.requested")
@for_each
def keep_group(conn: Connection, event: GroupRequested, envelope: Envelope) -> None:
    """Know who is to confirm a group, and until when. One for a session that is not known yet waits for it."""
    group = event.group
    if is_erased(conn, group.person.id, envelope):
        return
    catalog.share_session(conn, group.session_id)
    row = queries.NoticeRow(
        id=group.id,
        revision=group.revision,
        status="issued",
        person_id=group.person.id,
        email=group.person.email,
        name="",
        generation=group.person.generation,
        expires_at=group.expires_at,
    )
    upsert_newer(conn, "notices", row)


@on("registration.certificate.issued", "registration.certificate.revoked")
@for_each
def keep_certificate(conn: Connection, event: CertificateEvent, envelope: Envelope) -> None:
    """Know whose a certificate is, and whether it stands."""
    certificate = event.certificate
    if is_erased(conn, certificate.person.id, envelope):
        return
    row = queries.NoticeRow(
        id=certificate.id,
        revision=certificate.revision,
        status=certificate.status,
        person_id=certificate.person.id,
        email=certificate.person.email,
        name=certificate.person.name,
        generation=certificate.person.generation,
        expires_at=None,
    )
    upsert_newer(conn, "notices", row)
