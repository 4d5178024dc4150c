"""The catalog's present state, said again for those who keep a copy of it. Nothing changed: no mail and no webhook
follows from it. A copy takes it where it holds the same revision or an earlier one.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.events.catalog import Announcement, Recording, Series, Session
from shared.events.envelope import Event


@dataclass(frozen=True, kw_only=True)
class Snapshot(Event):
    """One of the `size` events that an operator sent as `batch`; with `whole` they are all that there are of its kind.
    `public` is False for what was withdrawn; this is what it was.
    """

    batch: UUID
    size: int
    whole: bool
    public: bool = True


def is_public(event: Event) -> bool:
    """False if the event says that its subject was withdrawn."""
    return event.public if isinstance(event, Snapshot) else not event.type.endswith(".withdrawn")


@dataclass(frozen=True, kw_only=True)
class SessionSnapshot(Snapshot, type="catalog.session.snapshot-taken"):
    """The present state of a session, said again at an operator's wish."""

    subject_in = "session"
    session: Session


@dataclass(frozen=True, kw_only=True)
class SeriesSnapshot(Snapshot, type="catalog.series.snapshot-taken"):
    """The present state of a series, said again at an operator's wish."""

    subject_in = "series"
    series: Series


@dataclass(frozen=True, kw_only=True)
class RecordingSnapshot(Snapshot, type="catalog.recording.snapshot-taken"):
    """The present state of a recording, said again at an operator's wish; not of one that was withdrawn."""

    subject_in = "recording"
    recording: Recording


@dataclass(frozen=True, kw_only=True)
class AnnouncementSnapshot(Snapshot, type="catalog.announcement.snapshot-taken"):
    """The present state of an announcement, said again at an operator's wish."""

    subject_in = "announcement"
    announcement: Announcement
