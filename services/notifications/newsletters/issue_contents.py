"""What an issue says: its Markdown and its blocks, as a part of a page, and as a mail with a place for each reader's
links.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from services.notifications.formats.mail_headers import parse_mailbox
from services.notifications.news import news_rendering
from services.notifications.news.queries import NewsItem
from services.notifications.newsletters import blocks
from services.notifications.newsletters.plain_text import render_plain
from services.notifications.rendering.issue_mails import LEAVE, PREFERENCES, IssueMail
from services.notifications.rendering.templates import Texts, render_texts
from shared import runtime
from shared.i18n import current_locale
from shared.markdown import render

CONTENT = "@@content@@"


@dataclass(frozen=True)
class IssueContent:
    """What an issue says; `html` is a part of a page, without anything active."""

    html: str
    text: str


def fill(conn: Connection, body: str) -> IssueContent:
    """What a Markdown text with blocks says now. Raises blocks.InvalidBlock. A block that nothing fills is left out."""
    parts = list(_fill(conn, body))
    return IssueContent(
        "\n".join(html for html, _text in parts if html), "\n\n".join(text for _html, text in parts if text)
    )


def render_digest(items: Sequence[NewsItem]) -> IssueContent:
    """A digest of these."""
    return IssueContent(news_rendering.as_html(items), news_rendering.as_text(items))


def lay_out(
    issue: UUID, content: IssueContent, *, subject: str, preheader: str, archive_url: str | None = None
) -> IssueMail:
    """The mail that says it, in the sender's name; `archive_url` is where it can be read on the web."""
    sender = parse_mailbox(runtime.settings().mail_from)
    values = {
        "language": current_locale(),
        "initiative": sender.name or sender.address,
        "name": "",
        "title": subject,
        "preheader_text": preheader or subject,
        "content_html": CONTENT,
        "content_text": content.text,
        "archive_url": archive_url,
        "leave_url": LEAVE,
        "preferences_url": PREFERENCES,
    }
    texts = render_texts("newsletter", values)
    # After MJML, which would read the content as its own.
    return IssueMail(issue, Texts(texts.subject, texts.text, texts.html.replace(CONTENT, content.html)))


def _fill(conn: Connection, body: str) -> Iterator[tuple[str, str]]:
    for part in blocks.split(body):
        if isinstance(part, str):
            yield render(part), render_plain(part)
        else:
            items = blocks.fill(conn, part)
            yield news_rendering.as_html(items), news_rendering.as_text(items)
