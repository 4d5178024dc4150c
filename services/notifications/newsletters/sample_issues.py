"""An issue and a digest, made up: what they look like."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notifications.news import news_rendering
from services.notifications.news.queries import NewsItem
from services.notifications.newsletters import issue_contents
from services.notifications.newsletters.issue_contents import IssueContent
from services.notifications.newsletters.plain_text import render_plain
from services.notifications.rendering.issue_mails import IssueMail
from services.notifications.settings import NotificationsSettings
from shared.markdown import render

NOBODY = UUID(int=0)
STARTS = datetime(2017, 4, 6, 18, tzinfo=UTC)
BODY = """We **invite** you to learn several ways of leading dialogue, [free of charge](https://ala.example/free).

- Three webinars, each recorded
- A workshop for whoever has seen all three

## Coming up
"""


def sample_issue(settings: NotificationsSettings) -> IssueMail:
    """A text by staff, and a block."""
    items = [_session(settings)]
    content = IssueContent(
        f"{render(BODY)}\n{news_rendering.as_html(items)}", f"{render_plain(BODY)}\n\n{news_rendering.as_text(items)}"
    )
    return issue_contents.lay_out(
        NOBODY,
        content,
        subject="Free training this spring",
        preheader="Four sessions are open",
        archive_url=f"{settings.public_url}/notifications/archive/free-training",
    )


def sample_digest(settings: NotificationsSettings) -> IssueMail:
    """A session to come, and a recording."""
    items = [_session(settings), _recording(settings)]
    preheader = ", ".join(item.title for item in items)
    return issue_contents.lay_out(
        NOBODY, issue_contents.render_digest(items), subject="New this week, April 3, 2017", preheader=preheader
    )


def _session(settings: NotificationsSettings) -> NewsItem:
    return NewsItem(
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


def _recording(settings: NotificationsSettings) -> NewsItem:
    return NewsItem(
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
