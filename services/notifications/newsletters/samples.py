"""An issue and a digest, made up: what they look like."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notifications.news import telling
from services.notifications.news.queries import Item
from services.notifications.newsletters import composing
from services.notifications.newsletters.composing import Content
from services.notifications.newsletters.plain import render_plain
from services.notifications.rendering.letters import Letter
from services.notifications.settings import NotificationsSettings
from shared.markdown import render

NOBODY = UUID(int=0)
STARTS = datetime(2017, 4, 6, 18, tzinfo=UTC)
BODY = """We **invite** you to learn several ways of leading dialogue, [free of charge](https://ala.example/free).

- Three webinars, each recorded
- A workshop for whoever has seen all three

## Coming up
"""


def sample_issue(settings: NotificationsSettings) -> Letter:
    """A text by staff, and a block."""
    items = [_session(settings)]
    content = Content(f"{render(BODY)}\n{telling.as_html(items)}", f"{render_plain(BODY)}\n\n{telling.as_text(items)}")
    return composing.lay_out(
        NOBODY,
        content,
        subject="Free training this spring",
        preheader="Four sessions are open",
        archive_url=f"{settings.public_url}/notifications/archive/free-training",
    )


def sample_digest(settings: NotificationsSettings) -> Letter:
    """A session to come, and a recording."""
    items = [_session(settings), _recording(settings)]
    preheader = ", ".join(item.title for item in items)
    return composing.lay_out(NOBODY, composing.tell(items), subject="New this week, April 3, 2017", preheader=preheader)


def _session(settings: NotificationsSettings) -> Item:
    return Item(
        kind="session",
        id=NOBODY,
        title="World Café",
        summary="A simple form in which many people think together at small tables.",
        url=f"{settings.public_url}/catalog/sessions/world-cafe",
        library_types=[],
        topics=[],
        moment=STARTS,
        when_label="April 6, 2017",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(minutes=90),
        timezone="America/Chicago",
    )


def _recording(settings: NotificationsSettings) -> Item:
    return Item(
        kind="recording",
        id=NOBODY,
        title="Introduction to Dialogue & Deliberation",
        summary="When to invite people to dialogue, and when to deliberation.",
        url=f"{settings.public_url}/catalog/sessions/introduction",
        library_types=[],
        topics=[],
        moment=STARTS,
        seconds=5280,
    )
