"""Find texts in templates that are not marked for translation."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment

WORD = re.compile(r"[A-Za-z]{2}")
# A string in an expression is a text for people if it begins like a sentence or has several words.
TEXT = re.compile(r"[A-Z][a-z]|.*[A-Za-z]{2}[,.:;]? [A-Za-z]{2}|[,;.·] [A-Za-z]{2}")
NO_TEXT = re.compile(r"\S*[/#?@]|.*[{}=]")
SHOWN = {"aria-label", "title", "alt", "placeholder"}
HIDDEN = {"script", "style", "code", "pre", "mj-style", "mj-raw", "mj-attributes"}
NAMES = {"UTC", "min"}
MARKS = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
SETTINGS = {"extends", "import", "from", "include"}
TAGS = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


def unmarked(source: str) -> list[tuple[int, str]]:
    """Return line and text of everything in a template that people would read and nobody could translate."""
    found = [*_Shown(_skeleton(source)).found, *_strings(source)]
    return sorted(found)


class _Shown(HTMLParser):
    """Collects visible text and attributes with letters in them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self.within: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self.within.append(tag)
        for name, value in attrs:
            if name in SHOWN:
                self._check(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Such a tag holds no text."""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within:
            self.within.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.within:
            self._check(data)

    def _check(self, text: str) -> None:
        if (
            '="' not in text
            and "@" not in text
            and any(word not in NAMES for word in re.findall(r"[A-Za-z]{2,}", text))
        ):
            self.found.append((self.getpos()[0], text.strip(" \n\N{OBJECT REPLACEMENT CHARACTER}")))


def _skeleton(source: str) -> str:
    """The template without its tags and what is in `{% trans %}`, line by line the same."""
    parts, marked = [], False
    for kind, value in _tokens(source):
        if kind == "name" and value in ("trans", "endtrans"):
            marked = value == "trans"
        shown = kind == "data" and not marked
        parts.append(
            value if shown else "\n" * value.count("\n") + "\N{OBJECT REPLACEMENT CHARACTER}" * (kind != "data")
        )
    return re.sub("\N{OBJECT REPLACEMENT CHARACTER}+", "\N{OBJECT REPLACEMENT CHARACTER}", "".join(parts))


def _strings(source: str) -> Iterator[tuple[int, str]]:
    line, before, statement = 1, ["", ""], ""
    for kind, value in _tokens(source):
        if kind == "name" and before[-1].startswith("{%"):
            statement = value
        if kind == "string" and statement not in SETTINGS and not (before[-1] == "(" and before[-2] in MARKS):
            text = value[1:-1]
            if before[-1] not in ("==", "!=", "%") and TEXT.match(text) and not NO_TEXT.match(text):
                yield line, text
        if kind in ("block_end", "variable_end"):
            statement = ""
        if kind != "whitespace":
            before = [before[-1], value]
        line += value.count("\n")


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    return ((kind, value) for _line, kind, value in TAGS.lex(source))
