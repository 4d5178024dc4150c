"""Events that registration publishes. `Person` holds the only personal data, and no more than an email needs.

No link with a secret travels in an event: links are derived where an email is rendered (see `shared.signed_links`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event

CancellationReason = Literal[
    "cancelled by registrant",
    "cancelled by staff",
    "session cancelled",
    "offer not accepted in time",
    "moved by staff",
    "person erased",
]


@dataclass(frozen=True, kw_only=True)
class Person:
    """`generation` is that of the links that are good for this person now."""

    id: UUID
    email: str
    name: str
    generation: int = 0


@dataclass(frozen=True, kw_only=True)
class Registration:
    """`position` is the place on the waiting list, from 1, at the moment of the event; None unless waitlisted.
    `offered_until` is when an offered seat must be accepted; `registered_by` names a colleague who registered them;
    `timezone` is the person's own (an IANA name), where they said it.
    """

    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    status: Literal["confirmed", "offered", "waitlisted", "cancelled"]
    position: int | None = None
    offered_until: datetime | None = None
    person: Person
    registered_by: str | None = None
    registered_at: datetime
    timezone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """One person's presence at a session as a whole; `minutes` of all their joins together, None where nobody
    measured.
    """

    id: UUID
    revision: int
    session_id: UUID
    person_id: UUID
    minutes: int | None = None
    attended: bool


@dataclass(frozen=True, kw_only=True)
class View:
    """One person's watching of one session's recording; `watched_seconds` counts each second of it once."""

    id: UUID
    revision: int
    session_id: UUID
    person_id: UUID
    watched_seconds: int
    duration_seconds: int


@dataclass(frozen=True, kw_only=True)
class Completed:
    id: UUID
    revision: int
    series_id: UUID
    series_slug: str
    person: Person
    completed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`session_id` is the one session of the series that the person has not seen yet; `counts` says in which ways
    seeing it counts (`live`, `recorded`); `seen` and `total` are numbers of sessions that count.
    """

    id: UUID
    revision: int
    series_id: UUID
    series_slug: str
    series_title: str
    counts: list[str]
    session_id: UUID
    seen: int
    total: int
    person: Person


@dataclass(frozen=True, kw_only=True)
class Invitation:
    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    series_slug: str | None = None
    person: Person
    status: Literal["issued", "accepted", "declined", "expired", "revoked"]
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A wish to sign in; its link is good once, until `expires_at`."""

    id: UUID
    revision: int
    person: Person
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Group:
    """A wish to register `size` colleagues, by `person`, whose address is not proved and whose name is left out; their
    id is that of the wish where they are not known yet. Its link is good until `expires_at`.
    """

    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    person: Person
    size: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewsletterRequest:
    """A wish to get the newsletter, said on the way; its address is not proven to be theirs."""

    id: UUID
    revision: int
    person: Person
    library_types: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """`title` is of the session attended, or of the series completed."""

    id: UUID
    revision: int
    kind: Literal["attendance", "completion"]
    status: Literal["issued", "revoked"]
    title: str
    contact_hours: float | None = None
    person: Person
    issued_at: datetime


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """A person who is erased: `person` as they were known, so that others find what they hold; `registered` are the
    registrations that they made for colleagues, `former_emails` the addresses that they had before a correction.
    """

    id: UUID
    revision: int
    person: Person
    registered: list[UUID] = field(default_factory=list)
    former_emails: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Seats taken in a session. `id` is the session's; `revision` counts the changes of its seats, apart from the
    catalog's revision.
    """

    id: UUID
    revision: int
    session_slug: str
    capacity: int | None = None
    confirmed: int
    waitlisted: int


@dataclass(frozen=True, kw_only=True)
class RegistrationEvent(Event):
    subject_in = "registration"
    registration: Registration


class RegistrationConfirmed(RegistrationEvent, type="registration.registration.confirmed"):
    """A person has a seat."""


class RegistrationWaitlisted(RegistrationEvent, type="registration.registration.waitlisted"):
    """A person waits for a seat."""


class RegistrationOffered(RegistrationEvent, type="registration.registration.offered"):
    """A person who waited may accept a seat until `offered_until`; then it passes on."""


class RegistrationPromoted(RegistrationEvent, type="registration.registration.promoted"):
    """A person who waited has a seat now."""


@dataclass(frozen=True, kw_only=True)
class RegistrationUpdated(RegistrationEvent, type="registration.registration.updated"):
    """A person's details were corrected. `readdressed` if their mails are to be sent again: their address was wrong,
    their links have ended, or they registered again.
    """

    readdressed: bool = False


@dataclass(frozen=True, kw_only=True)
class RegistrationCancelled(RegistrationEvent, type="registration.registration.cancelled"):
    """A person gave up, or lost, their seat or their place in line."""

    reason: CancellationReason
    previous_status: Literal["confirmed", "offered", "waitlisted"]


@dataclass(frozen=True, kw_only=True)
class AttendanceRecorded(Event, type="registration.attendance.recorded"):
    """A person's presence at a session was recorded, or corrected."""

    subject_in = "attendance"
    attendance: Attendance


@dataclass(frozen=True, kw_only=True)
class RecordingViewed(Event, type="registration.recording.viewed"):
    """A person has watched so much of a recording that it counts."""

    subject_in = "view"
    view: View


@dataclass(frozen=True, kw_only=True)
class SeriesCompleted(Event, type="registration.series.completed"):
    """A person has seen every session of a series that counts."""

    subject_in = "completion"
    completion: Completed


@dataclass(frozen=True, kw_only=True)
class SeriesProgressed(Event, type="registration.series.progressed"):
    """A person has one session left to see of those that a series counts; once for each such session."""

    subject_in = "progress"
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class InvitationEvent(Event):
    subject_in = "invitation"
    invitation: Invitation


class InvitationIssued(InvitationEvent, type="registration.invitation.issued"):
    """A person earned, or was given, the right to register for a session by invitation."""


class InvitationAccepted(InvitationEvent, type="registration.invitation.accepted"):
    """The invited person registered."""


class InvitationDeclined(InvitationEvent, type="registration.invitation.declined"):
    """The invited person will not come."""


class InvitationExpired(InvitationEvent, type="registration.invitation.expired"):
    """Nobody answered the invitation in time."""


class InvitationRevoked(InvitationEvent, type="registration.invitation.revoked"):
    """The invitation was taken back by staff, or passed on to a colleague, who has one of their own."""


@dataclass(frozen=True, kw_only=True)
class SignInRequested(Event, type="registration.sign-in.requested"):
    """A person wants to sign in."""

    subject_in = "sign_in"
    sign_in: SignIn


@dataclass(frozen=True, kw_only=True)
class GroupRequested(Event, type="registration.group.requested"):
    """Somebody wants to register colleagues, and is asked to confirm that the address they gave is theirs."""

    subject_in = "group"
    group: Group


@dataclass(frozen=True, kw_only=True)
class NewsletterRequested(Event, type="registration.newsletter.requested"):
    """Somebody who registered wants the newsletter as well."""

    subject_in = "request"
    request: NewsletterRequest


@dataclass(frozen=True, kw_only=True)
class CertificateEvent(Event):
    subject_in = "certificate"
    certificate: Certificate


class CertificateIssued(CertificateEvent, type="registration.certificate.issued"):
    """A person has a certificate."""


class CertificateRevoked(CertificateEvent, type="registration.certificate.revoked"):
    """A certificate was taken back: it proves nothing any more."""


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event, type="registration.person.erased"):
    """Nothing personal of this person is left in registration; every service that holds anything deletes it too."""

    subject_in = "erasure"
    erasure: Erasure


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event, type="registration.availability.changed"):
    """A session's seats, or the number of those who wait, changed."""

    subject_in = "availability"
    availability: Availability
