"""Items of news as a mail or a page shows them: as HTML, and as plain text."""

import textwrap
from collections.abc import Sequence

from markupsafe import Markup

from services.notifications.news.queries import NewsItem
from services.notifications.rendering.links import web_link
from shared.date_labels import label_duration, label_time

WIDTH = 72
ITEM = Markup('<p class="item"><a href="{url}"><strong>{title}</strong></a><br />{detail}{summary}</p>')
DETAIL = Markup('<span class="detail">{detail}</span><br />')


def as_html(items: Sequence[NewsItem]) -> str:
    """Each item as a paragraph with a link; nothing that people wrote is markup in it."""
    return "\n".join(_item_html(item) for item in items)


def as_text(items: Sequence[NewsItem]) -> str:
    """Each item as a few lines of at most 72 characters, but for its address."""
    return "\n\n".join(
        "\n".join(
            line
            for line in (
                textwrap.fill(item.title, WIDTH),
                _detail(item),
                textwrap.fill(item.summary, WIDTH) if item.summary else None,
                web_link(item.url),
            )
            if line
        )
        for item in items
    )


def _item_html(item: NewsItem) -> str:
    detail = _detail(item)
    return ITEM.format(
        url=web_link(item.url) or "",
        title=item.title,
        detail=DETAIL.format(detail=detail) if detail else "",
        summary=item.summary,
    )


def _detail(item: NewsItem) -> str | None:
    if item.kind == "session":
        return label_time(item)
    return f"Recording, {label_duration(item.seconds)}" if item.seconds else None
