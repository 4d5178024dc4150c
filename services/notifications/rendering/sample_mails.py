"""A mail of every kind, made up: what templates are previewed and checked with."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.notifications.catalog_projection.queries import Session
from services.notifications.messages.kinds import (
    CANCELLED,
    CERTIFICATE,
    GROUP_REQUESTED,
    SESSION_CANCELLED,
    SIGN_IN,
    SINGLE,
    SUBSCRIPTION_ENDED,
    SUBSCRIPTION_REQUESTED,
    SUBSCRIPTION_STANDING,
    WEBHOOK_DISABLED,
)
from services.notifications.messages.mail_context_queries import MailContext
from services.notifications.rendering.domain import values_of
from services.notifications.rendering.mail_settings import make_mail_settings
from services.notifications.settings import NotificationsSettings

NOBODY = UUID(int=0)
STARTS = datetime(2017, 4, 6, 18, tzinfo=UTC)

OF_NO_SESSION = {
    kind.name
    for kind in (
        SIGN_IN,
        CERTIFICATE,
        SUBSCRIPTION_REQUESTED,
        SUBSCRIPTION_STANDING,
        SUBSCRIPTION_ENDED,
        WEBHOOK_DISABLED,
    )
}
CONTEXTS: dict[str, dict[str, Any]] = {
    CANCELLED.name: {"reason": "cancelled by registrant", "was": "confirmed"},
    SESSION_CANCELLED.name: {"reason": "session cancelled", "was": "confirmed"},
    WEBHOOK_DISABLED.name: {
        "url": "https://library.example/hooks",
        "why": "it has failed for three days",
        "last": "500",
    },
    CERTIFICATE.name: {"title": "Large and Urban Communities", "certificate": "completion", "hours": 4.5},
}
CONTEXT = {
    "position": 3,
    "offered_until": "2017-03-20T22:00:00+00:00",
    "size": 4,
    "seen": 2,
    "total": 3,
}


def sample_values(kind: str, settings: NotificationsSettings) -> dict[str, Any]:
    """What a template of this kind may name, with sample data; personal links have no tokens."""
    mail, session = sample_mail(kind), None if kind in OF_NO_SESSION else sample_session(settings)
    return values_of(mail, session, make_mail_settings(settings, shown=True))


def sample_session(settings: NotificationsSettings) -> Session:
    """A webinar at one in Chicago."""
    return Session(
        id=NOBODY,
        schedule_revision=1,
        slug="world-cafe",
        title="Introduction to World Café",
        format="webinar",
        status="scheduled",
        initiative="Libraries Transforming Communities",
        when_label="April 6, 2017",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(minutes=90),
        timezone="America/Chicago",
        venue=None,
        online={"platform": "Zoom", "join_url": "https://zoom.example/j/42"},
        page_url=f"{settings.public_url}/catalog/sessions/world-cafe",
    )


def sample_mail(kind: str) -> MailContext:
    """A mail of this kind to Ada, a day before the webinar."""
    assert kind in SINGLE
    return MailContext(
        id=NOBODY,
        kind=kind,
        subject=NOBODY,
        event_id=NOBODY,
        revision=1,
        session_id=None if kind in OF_NO_SESSION else NOBODY,
        context=CONTEXTS.get(kind, CONTEXT),
        fence=1,
        doubts=0,
        paced=False,
        dated_at=STARTS - timedelta(days=1),
        overtaken_by=None,
        status="confirmed",
        status_since=1,
        person_id=NOBODY,
        email="ada@library.example",
        name="" if kind == GROUP_REQUESTED.name else "Ada Byron",
        expires_at=STARTS - timedelta(hours=20),
        suppressed=None,
        series_title="Large and Urban Communities",
        recording_url="https://video.example/world-cafe",
        recording_seconds=5280,
        recording_captions=True,
        recording_withdrawn=False,
        attended=False,
        timezone="America/New_York",
        previous="April 5, 2017, 1:00 PM CDT",
    )
