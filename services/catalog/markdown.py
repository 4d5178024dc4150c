"""Markdown as HTML that does no harm: CommonMark with tables, then sanitised, so that nothing active survives."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

TEXT = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
}
TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
SCHEMES = {"https", "http", "mailto"}


def render(text: str) -> str:
    """The HTML of a Markdown text."""
    return nh3.clean(
        _parser().render(text),
        tags=TEXT | TABLES,
        attributes={"a": {"href", "title"}},
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
    ).strip()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")
