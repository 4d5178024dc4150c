"""Events that the catalog publishes. Every event carries the whole public state of its aggregate after the change;
`session.online.join_url` is the one member that is not public: it reaches registrants by mail.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event


@dataclass(frozen=True, kw_only=True)
class When:
    """A date in EDTF with its label for people; moments are there where they are known, in UTC, with the IANA zone
    they are meant in.
    """

    edtf: str
    label: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    slug: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Involved:
    """An organization and the part it plays: organizer, partner, facilitator, funder."""

    slug: str
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Place:
    name: str
    address: str | None = None
    room: str | None = None


@dataclass(frozen=True, kw_only=True)
class Online:
    platform: str
    join_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Policy of registration: `open` to anyone, or by `invitation`. A capacity of None is unlimited."""

    policy: Literal["open", "invitation"]
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True)
class Recording:
    """`duration_seconds` is the length of the whole recording."""

    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    session_title: str
    series_slug: str | None = None
    url: str
    duration_seconds: int
    captions: bool = False
    captions_url: str | None = None
    transcript_url: str | None = None
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    id: UUID
    revision: int
    slug: str
    title: str
    summary: str = ""
    format: Literal["webinar", "workshop"]
    status: Literal["planned", "scheduled", "held", "cancelled"]
    initiative: Reference
    series: Reference | None = None
    when: When
    venue: Place | None = None
    online: Online | None = None
    organizations: list[Involved] = field(default_factory=list)
    terms: dict[str, list[str]] = field(default_factory=dict)
    registration: Admission
    contact_hours: float | None = None
    page_url: str


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Which sessions count (by id), how they may be seen, and the session whose invitation completing them earns."""

    sessions: list[UUID]
    counts: list[str]
    invites_to: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Audience:
    library_types: list[str] = field(default_factory=list)
    community_sizes: list[str] = field(default_factory=list)
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Series:
    id: UUID
    revision: int
    slug: str
    title: str
    summary: str = ""
    initiative: Reference
    when: When | None = None
    audience: Audience
    completion: Completion | None = None
    page_url: str


@dataclass(frozen=True, kw_only=True)
class Initiative:
    id: UUID
    revision: int
    slug: str
    title: str
    summary: str = ""
    when: When | None = None
    organizations: list[Involved] = field(default_factory=list)
    page_url: str


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """`body` is Markdown."""

    id: UUID
    revision: int
    slug: str
    title: str
    summary: str = ""
    body: str = ""
    published_at: datetime
    initiative: Reference | None = None
    terms: dict[str, list[str]] = field(default_factory=dict)
    page_url: str


@dataclass(frozen=True, kw_only=True)
class InitiativeEvent(Event):
    subject_in = "initiative"
    initiative: Initiative


class InitiativePublished(InitiativeEvent, type="catalog.initiative.published"):
    """An initiative became public."""


class InitiativeUpdated(InitiativeEvent, type="catalog.initiative.updated"):
    """A public initiative changed."""


class InitiativeWithdrawn(InitiativeEvent, type="catalog.initiative.withdrawn"):
    """An initiative was taken from the public; this is what it was."""


@dataclass(frozen=True, kw_only=True)
class SeriesEvent(Event):
    subject_in = "series"
    series: Series


class SeriesPublished(SeriesEvent, type="catalog.series.published"):
    """A series became public."""


class SeriesUpdated(SeriesEvent, type="catalog.series.updated"):
    """A public series changed: its sessions, its audience, what completing it takes or brings."""


class SeriesWithdrawn(SeriesEvent, type="catalog.series.withdrawn"):
    """A series was taken from the public: nobody completes it any more; this is what it was."""


@dataclass(frozen=True, kw_only=True)
class SessionEvent(Event):
    subject_in = "session"
    session: Session


class SessionPublished(SessionEvent, type="catalog.session.published"):
    """A session became public."""


class SessionUpdated(SessionEvent, type="catalog.session.updated"):
    """A public session changed in something that has no event of its own, such as its text or its capacity."""


class SessionScheduled(SessionEvent, type="catalog.session.scheduled"):
    """A session that was known by an uncertain date got its exact time."""


@dataclass(frozen=True, kw_only=True)
class SessionRescheduled(SessionEvent, type="catalog.session.rescheduled"):
    """A session moved to another time; `previous` is when it would have been."""

    previous: When


class SessionRegistrationOpened(SessionEvent, type="catalog.session.registration-opened"):
    """Registration was opened to everybody."""


class SessionRegistrationClosed(SessionEvent, type="catalog.session.registration-closed"):
    """Registration was closed by staff."""


class SessionHeld(SessionEvent, type="catalog.session.held"):
    """A session's end has passed."""


class SessionCancelled(SessionEvent, type="catalog.session.cancelled"):
    """A session will not take place."""


class SessionWithdrawn(SessionEvent, type="catalog.session.withdrawn"):
    """A session was taken from the public. One that was still to come is `cancelled` in it: nobody can attend it."""


@dataclass(frozen=True, kw_only=True)
class RecordingPublished(Event, type="catalog.recording.published"):
    """A recording of a session can be watched, or its description changed."""

    subject_in = "recording"
    recording: Recording


@dataclass(frozen=True, kw_only=True)
class RecordingWithdrawn(Event, type="catalog.recording.withdrawn"):
    """A recording cannot be watched any more; it is published again under its id, with a higher revision."""

    subject_in = "recording"
    recording: Recording


@dataclass(frozen=True, kw_only=True)
class AnnouncementEvent(Event):
    subject_in = "announcement"
    announcement: Announcement


class AnnouncementPublished(AnnouncementEvent, type="catalog.announcement.published"):
    """An announcement became public."""


class AnnouncementUpdated(AnnouncementEvent, type="catalog.announcement.updated"):
    """A public announcement changed."""


class AnnouncementWithdrawn(AnnouncementEvent, type="catalog.announcement.withdrawn"):
    """An announcement was taken from the public; this is what it was."""


# Every event that carries a session, for those who keep a copy of it.
SESSION_EVENTS = tuple(event.type for event in SessionEvent.__subclasses__())
