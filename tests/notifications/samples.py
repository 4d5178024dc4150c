"""Events as catalog and registration would publish them, for tests of notifications."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from shared.events import catalog
from shared.events import registration as participation
from shared.events.envelope import Envelope, Event, load, wrap

STARTS = datetime(2017, 4, 6, 18, tzinfo=UTC)
JOIN_URL = "https://meet.example/j/42?pwd=a&x=1"


def a_session(**changes: Any) -> catalog.Session:
    """World Café, a webinar on 6 April 2017 at one in Chicago."""
    session = catalog.Session(
        id=uuid4(),
        revision=1,
        slug="world-cafe",
        title="World Café",
        format="webinar",
        status="scheduled",
        initiative=catalog.Reference(slug="ltc", title="Libraries Transforming Communities"),
        series=catalog.Reference(slug="large-urban", title="Large and Urban Communities"),
        when=when(STARTS),
        online=catalog.Online(platform="Zoom", join_url=JOIN_URL),
        registration=catalog.Admission(policy="open", capacity=120),
        page_url="http://localhost:8080/catalog/v1/sessions/world-cafe",
    )
    return replace(session, **changes)


def when(starts_at: datetime) -> catalog.When:
    """Ninety minutes from this moment, in Chicago."""
    return catalog.When(
        edtf=starts_at.isoformat(),
        label=f"{starts_at:%B %d}",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        timezone="America/Chicago",
    )


def moved(session: catalog.Session, **by: float) -> catalog.SessionRescheduled:
    """The event that a session moved by so many hours or days."""
    assert session.when.starts_at
    later = replace(session, revision=session.revision + 1, when=when(session.when.starts_at + timedelta(**by)))
    return catalog.SessionRescheduled(session=later, previous=session.when)


def a_person(name: str = "Ann Ünal", email: str = "ann@library.example") -> participation.Person:
    return participation.Person(id=uuid4(), email=email, name=name)


def a_registration(session: catalog.Session, **changes: Any) -> participation.Registration:
    """A confirmed one; each person is another one."""
    registration = participation.Registration(
        id=uuid4(),
        revision=1,
        session_id=session.id,
        session_slug=session.slug,
        status="confirmed",
        person=a_person(),
        registered_at=datetime(2017, 1, 10, tzinfo=UTC),
    )
    return replace(registration, **changes)


def next_of(registration: participation.Registration, status: Any, **changes: Any) -> participation.Registration:
    """The same registration one revision later."""
    return replace(registration, revision=registration.revision + 1, status=status, position=None, **changes)


def confirmed(registration: participation.Registration) -> participation.RegistrationConfirmed:
    return participation.RegistrationConfirmed(registration=registration)


def cancelled(
    registration: participation.Registration, reason: Any = "cancelled by registrant"
) -> participation.RegistrationCancelled:
    return participation.RegistrationCancelled(
        registration=next_of(registration, "cancelled"),
        reason=reason,
        previous_status=registration.status,  # pyright: ignore[reportArgumentType]
    )


def a_recording(session: catalog.Session, **changes: Any) -> catalog.RecordingPublished:
    recording = catalog.Recording(
        id=uuid4(),
        revision=1,
        session_id=session.id,
        session_slug=session.slug,
        session_title=session.title,
        url="https://video.example/world-cafe",
        duration_seconds=5280,
        captions=True,
        published_at=datetime(2017, 4, 10, tzinfo=UTC),
    )
    return catalog.RecordingPublished(recording=replace(recording, **changes))


def attendance(registration: participation.Registration, *, attended: bool) -> participation.AttendanceRecorded:
    """Return the event that says whether a registrant attended."""
    return participation.AttendanceRecorded(
        attendance=participation.Attendance(
            id=uuid4(),
            revision=1,
            session_id=registration.session_id,
            person_id=registration.person.id,
            attended=attended,
        )
    )


def an_invitation(session: catalog.Session, **changes: Any) -> participation.Invitation:
    invitation = participation.Invitation(
        id=uuid4(),
        revision=1,
        session_id=session.id,
        session_slug=session.slug,
        series_slug="large-urban",
        person=a_person(),
        status="issued",
        expires_at=datetime(2017, 6, 1, 22, tzinfo=UTC),
    )
    return replace(invitation, **changes)


def a_sign_in(**changes: Any) -> participation.SignIn:
    made = participation.SignIn(id=uuid4(), revision=1, person=a_person(), expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    return replace(made, **changes)


def a_group(session: catalog.Session, **changes: Any) -> participation.Group:
    made = participation.Group(
        id=uuid4(),
        revision=1,
        session_id=session.id,
        session_slug=session.slug,
        person=replace(a_person(), name=""),
        size=4,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )
    return replace(made, **changes)


def a_certificate() -> participation.Certificate:
    return participation.Certificate(
        id=uuid4(),
        revision=1,
        kind="completion",
        status="issued",
        title="Large and Urban Communities",
        contact_hours=4.5,
        person=a_person(),
        issued_at=STARTS,
    )


def progress(session: catalog.Session, **changes: Any) -> participation.SeriesProgressed:
    """The event that this session is the last one that somebody has not seen."""
    made = participation.Progress(
        id=uuid4(),
        revision=1,
        series_id=uuid4(),
        series_slug="large-urban",
        series_title="Large and Urban Communities",
        counts=["live", "recorded"],
        session_id=session.id,
        seen=2,
        total=3,
        person=a_person(),
    )
    return participation.SeriesProgressed(progress=replace(made, **changes))


def a_series() -> catalog.SeriesPublished:
    series = catalog.Series(
        id=uuid4(),
        revision=1,
        slug="large-urban",
        title="Large and Urban Communities",
        initiative=catalog.Reference(slug="ltc", title="Libraries Transforming Communities"),
        audience=catalog.Audience(),
        page_url="http://localhost:8080/catalog/v1/series/large-urban",
    )
    return catalog.SeriesPublished(series=series)


def encoded(event: Event) -> bytes:
    """The event as it comes over the wire."""
    return orjson.dumps(wrap(event, time=datetime(2017, 2, 1, tzinfo=UTC))[1])


def arrived(event: Event) -> tuple[Event, Envelope]:
    """The event as a handler gets it."""
    return load(orjson.loads(encoded(event)))
