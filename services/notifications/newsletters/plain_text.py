"""Markdown as plain text for mails: lines of at most 72 characters, addresses after what leads to them."""

import textwrap
from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shared.markdown import make_parser

WIDTH = 72


def render_plain(text: str) -> str:
    """The plain text of a Markdown text (CommonMark, without raw HTML)."""
    blocks: list[str] = []
    for lead, token in _blocks(_parser().parse(text)):
        blocks.append(_lay_out(token, lead))
    return "\n\n".join(blocks)


def _blocks(tokens: Iterable[Token]) -> Iterator[tuple[str, Token]]:
    """Each paragraph, heading, code or rule, with what stands before its first line: bullets, numbers, `> `."""
    leads: list[str] = []
    numbers: list[int | None] = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            numbers.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            leads.append("- " if (number := numbers[-1]) is None else f"{number}. ")
            numbers[-1] = None if number is None else number + 1
        elif token.type == "blockquote_open":
            leads.append("> ")
        elif token.type in ("list_item_close", "blockquote_close"):
            leads.pop()
        elif token.type in ("inline", "fence", "code_block", "hr"):
            yield "".join(leads), token
            leads = [lead if lead == "> " else " " * len(lead) for lead in leads]  # bullets stand before the first


def _lay_out(token: Token, lead: str) -> str:
    rest = "".join(character if character == ">" else " " for character in lead)
    if token.type == "hr":
        return lead + "-" * 10
    if token.type == "inline":
        lines = _inline(token.children or ()).split("\n")
        wrapped = [
            textwrap.wrap(line, WIDTH - len(lead), break_long_words=False, break_on_hyphens=False) or [""]
            for line in lines
        ]
        flat = [line for group in wrapped for line in group]
    else:
        flat = token.content.rstrip("\n").split("\n")
    return "\n".join((rest if number else lead) + line for number, line in enumerate(flat))


def _inline(tokens: Iterable[Token]) -> str:
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            out.append(token.content)
        elif token.type == "softbreak":
            out.append(" ")
        elif token.type == "hardbreak":
            out.append("\n")
        elif token.type == "image":
            out.append(token.content)
        elif token.type == "link_open":
            links.append((str(token.attrs["href"]), len(out)))
        elif token.type == "link_close":
            href, begin = links.pop()
            if "".join(out[begin:]) != href:
                out.append(f" ({href})")
    return "".join(out)


@cache
def _parser() -> MarkdownIt:
    return make_parser()
