"""Blocks in an issue's Markdown that the catalog fills: a line such as `[[upcoming-sessions library_type=public]]`.

| block | tells of |
| --- | --- |
| `upcoming-sessions` | sessions that are still to come, the next first |
| `new-recordings` | recordings of the last `days` (30) days, the newest first |
| `announcements` | announcements of the last `days` (30) days, the newest first |

Each takes `limit` (5), `library_type`, `topic` and `series` (but for announcements), all optional.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from psycopg import Connection

from services.notifications.news import queries as news
from services.notifications.news.queries import NewsItem

LINE = re.compile(r"\[\[\s*([a-z-]+)((?:\s+[a-z_]+=[a-z0-9-]+)*)\s*\]\][ \t]*")
MOST, MOST_DAYS = 20, 366
FILTERS = ("library_type", "topic", "series")


class InvalidBlock(ValueError):
    """A block that cannot be understood; the message says in which line, and why."""


@dataclass(frozen=True)
class Block:
    """A block by its name, `limit` and `days`, and what it is narrowed by."""

    name: str
    limit: int = 5
    days: int = 30
    narrowed: dict[str, str] = field(default_factory=dict)


FILLS: dict[str, Callable[[Connection, Block], list[NewsItem]]] = {
    "upcoming-sessions": lambda conn, block: news.select_upcoming(conn, limit=block.limit, **_filters(block)),
    "new-recordings": lambda conn, block: news.select_recordings(
        conn, days=block.days, limit=block.limit, **_filters(block)
    ),
    "announcements": lambda conn, block: news.select_announcements(
        conn,
        days=block.days,
        limit=block.limit,
        library_type=block.narrowed.get("library_type"),
        topic=block.narrowed.get("topic"),
    ),
}


def split(body: str) -> list[str | Block]:
    """The Markdown between blocks, and the blocks. Raises InvalidBlock."""
    parts: list[str | Block] = []
    lines: list[str] = []
    for number, line in enumerate(body.splitlines(), 1):
        if line.lstrip().startswith("[["):
            parts += ["\n".join(lines), _read(line.strip(), number)]
            lines = []
        else:
            lines.append(line)
    return [*parts, "\n".join(lines)]


def fill(conn: Connection, block: Block) -> list[NewsItem]:
    """What the block tells of now."""
    return FILLS[block.name](conn, block)


def _read(line: str, number: int) -> Block:
    found = LINE.fullmatch(line)
    if not found or found[1] not in FILLS:
        raise InvalidBlock(f"Line {number}: there is no such block; there are {', '.join(FILLS)}.")
    given = dict(pair.split("=") for pair in found[2].split())
    limit, days = (_number(given.pop(name, default), most, name, number) for name, default, most in NUMBERS)
    known = FILTERS if found[1] != "announcements" else FILTERS[:2]
    if unknown := given.keys() - set(known):
        raise InvalidBlock(f"Line {number}: {found[1]} does not take {', '.join(sorted(unknown))}.")
    return Block(found[1], limit, days, given)


NUMBERS = (("limit", "5", MOST), ("days", "30", MOST_DAYS))


def _number(text: str, most: int, name: str, line: int) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise InvalidBlock(f"Line {line}: {name} must be a number from 1 to {most}.")
    return int(text)


def _filters(block: Block) -> dict[str, str | None]:
    return {name: block.narrowed.get(name) for name in FILTERS}
