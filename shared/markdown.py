"""Safe HTML from Markdown: CommonMark with tables, sanitized, and limited in proportion to the text, so that a short
text cannot make a page that is too long or nested too deep.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

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

# These make more of a text than it holds: rows are filled up to the width of their table, each use of a reference
# repeats its address, and emphasis nests as deep as one likes.
EXPANDING = ["emphasis", "reference", "table"]

# Levels of elements within a paragraph, and characters of addresses for each character of the text.
DEEPEST, GROWTH = 20, 20


def render(text: str) -> str:
    """The HTML of a Markdown text. One that would grow out of proportion is rendered without what lets it grow."""
    return nh3.clean(
        _html(text),
        tags=TEXT | TABLES,
        attributes={"a": {"href", "title"}},
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
    ).strip()


def _html(text: str) -> str:
    whole = _parser()
    if not _may_fill_cells(text):
        env: dict[str, object] = {}
        tokens = whole.parse(text, env)
        if _depth(tokens) <= DEEPEST and _addresses(tokens) <= GROWTH * len(text) + 1000:
            return whole.renderer.render(tokens, whole.options, env)
    return _plain_parser().render(text)


def _may_fill_cells(text: str) -> bool:
    """True if rows as wide as the line with the most bars would have far more cells than the text has characters."""
    lines = text.split("\n")
    return len(lines) * max(line.count("|") + 1 for line in lines) > 2 * len(text) + 100


def _depth(tokens: Iterable[Token]) -> int:
    return max((child.level for token in tokens for child in token.children or ()), default=0)


def _addresses(tokens: Iterable[Token]) -> int:
    """Return the number of characters that URLs and titles have in all uses of the references."""
    return sum(
        sum(len(str(value)) for value in token.attrs.values()) + _addresses(token.children or ()) for token in tokens
    )


@cache
def _parser() -> MarkdownIt:
    return make_parser(enable=["table"])


@cache
def _plain_parser() -> MarkdownIt:
    return make_parser(disable=EXPANDING)


def make_parser(*, enable: Sequence[str] = (), disable: Sequence[str] = ()) -> MarkdownIt:
    """A parser of CommonMark without raw HTML that threads may share. It has read a text: a parser puts its rules
    together as it reads the first, and another thread would read with those that it has by then.
    """
    made = MarkdownIt("commonmark", {"html": False}).enable(list(enable)).disable(list(disable))
    made.render("*It has* read.")
    return made
