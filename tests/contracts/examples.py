"""An example of every event, as its publisher makes it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from shared.events import catalog, catalog_snapshots, notifications, registration
from shared.events.envelope import Event, registry, wrap

ID = UUID("8e57dd42-6657-41d4-acf6-72f18996e88a")
OTHER = UUID("5aeda3ef-1f79-49f1-9c7a-4f115cfab4b9")
MOMENT = datetime(2017, 4, 6, 18, tzinfo=UTC)
PAGE = "https://learning.example.org/catalog/v1/sessions/world-cafe"
INITIATIVE = catalog.Reference(slug="ltc-models-for-change", title="Models for Change")
WHEN = catalog.When(edtf="2017-04-06", label="April 6, 2017", starts_at=MOMENT, timezone="America/Chicago")
PERSON = registration.Person(id=OTHER, email="ada@library.example", name="Ada Lovelace")

SUBJECTS: dict[str, Any] = {
    "initiative": catalog.Initiative(id=ID, revision=1, slug="ltc", title="LTC", page_url=PAGE),
    "series": catalog.Series(
        id=ID,
        revision=2,
        slug="large-urban-public",
        title="Large and urban",
        initiative=INITIATIVE,
        when=WHEN,
        audience=catalog.Audience(library_types=["public"]),
        completion=catalog.Completion(sessions=[ID], counts=["live", "recorded"], invites_to=OTHER),
        page_url=PAGE,
    ),
    "session": catalog.Session(
        id=ID,
        revision=3,
        slug="world-cafe",
        title="World Café",
        format="webinar",
        status="scheduled",
        initiative=INITIATIVE,
        when=WHEN,
        online=catalog.Online(platform="Zoom", join_url="https://meet.example.org/world-cafe"),
        organizations=[catalog.Involved(slug="world-cafe", name="World Café", role="facilitator")],
        terms={"library_type": ["public"]},
        registration=catalog.Admission(policy="open", capacity=120),
        contact_hours=1.5,
        page_url=PAGE,
    ),
    "recording": catalog.Recording(
        id=ID,
        revision=1,
        session_id=OTHER,
        session_slug="world-cafe",
        session_title="World Café",
        url="https://video.example.org/world-cafe",
        duration_seconds=5400,
        published_at=MOMENT,
    ),
    "announcement": catalog.Announcement(
        id=ID, revision=1, slug="free-training", title="Free training", published_at=MOMENT, page_url=PAGE
    ),
    "registration": registration.Registration(
        id=ID,
        revision=1,
        session_id=OTHER,
        session_slug="world-cafe",
        status="waitlisted",
        position=3,
        person=PERSON,
        registered_at=MOMENT,
    ),
    "attendance": registration.Attendance(id=ID, revision=1, session_id=ID, person_id=OTHER, minutes=85, attended=True),
    "view": registration.View(
        id=ID, revision=1, session_id=ID, person_id=OTHER, watched_seconds=4500, duration_seconds=5400
    ),
    "completion": registration.Completed(
        id=ID, revision=1, series_id=ID, series_slug="large-urban-public", person=PERSON, completed_at=MOMENT
    ),
    "progress": registration.Progress(
        id=ID,
        revision=1,
        series_id=ID,
        series_slug="large-urban-public",
        series_title="Large and Urban Communities",
        counts=["live", "recorded"],
        session_id=OTHER,
        seen=2,
        total=3,
        person=PERSON,
    ),
    "invitation": registration.Invitation(
        id=ID, revision=1, session_id=OTHER, session_slug="workshop", person=PERSON, status="issued"
    ),
    "erasure": registration.Erasure(id=ID, revision=1, person=PERSON),
    "forgetting": notifications.Forgetting(id=ID, revision=1),
    "request": registration.NewsletterRequest(id=ID, revision=1, person=PERSON, library_types=["public"]),
    "sign_in": registration.SignIn(id=ID, revision=1, person=PERSON, expires_at=MOMENT),
    "group": registration.Group(
        id=ID, revision=1, session_id=OTHER, session_slug="workshop", person=PERSON, size=4, expires_at=MOMENT
    ),
    "certificate": registration.Certificate(
        id=ID,
        revision=1,
        kind="attendance",
        status="issued",
        title="World Café",
        contact_hours=1.5,
        person=PERSON,
        issued_at=MOMENT,
    ),
    "availability": registration.Availability(
        id=ID, revision=7, session_slug="world-cafe", capacity=120, confirmed=120, waitlisted=80
    ),
}
BESIDES: dict[str, dict[str, Any]] = {
    "catalog.session.rescheduled": {"previous": WHEN},
    "registration.registration.updated": {"readdressed": True},
    "registration.registration.cancelled": {"reason": "cancelled by registrant", "previous_status": "confirmed"},
}


BESIDES |= {
    event.type: {"batch": OTHER, "size": 1, "whole": False} for event in catalog_snapshots.Snapshot.__subclasses__()
}


def _example(kind: str, event: type[Event]) -> Event:
    return event(**{event.subject_in: SUBJECTS[event.subject_in]}, **BESIDES.get(kind, {}))


EXAMPLES = {kind: _example(kind, event) for kind, event in registry.items()}


def document_of(kind: str) -> dict[str, Any]:
    """The CloudEvents document of the example, as it goes over the wire."""
    document = wrap(
        EXAMPLES[kind], time=MOMENT, correlation_id="a-request", traceparent=f"00-{'a' * 32}-{'b' * 16}-01"
    )[1]
    return orjson.loads(orjson.dumps(document))
