"""Finding entries by words, with spelling correction if nothing matches."""

from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from psycopg import Connection

from services.catalog.text_index import queries
from services.catalog.text_index.parsing import ParsedQuery, parse
from shared.runtime import connection

# Limit on the sessions that a filter by words finds.
MOST_SESSIONS = 50_000


@dataclass(frozen=True)
class TextMatches:
    """The query, and the numbers of the matches by kind. `corrected` is the corrected query, if nothing matched what
    was typed.
    """

    query: ParsedQuery
    numbers: dict[str, list[int]]
    corrected: str | None = None

    def first(self, limit: int) -> list[int]:
        """Return at most `limit` numbers, taking kinds in turn."""
        turns = chain.from_iterable(zip_longest(*self.numbers.values()))
        return list(islice((number for number in turns if number is not None), limit))


def find_text(conn: Connection, text: str, *, limit: int) -> TextMatches:
    """Search for the typed words, with at most `limit` matches. Raises Invalid."""
    typed = parse(text)
    if numbers := _select_numbers(conn, typed, limit):
        return TextMatches(typed, numbers)
    corrections = queries.select_alike(conn, typed.bare_words())
    if not corrections:
        return TextMatches(typed, {})
    meant = typed.corrected(corrections)
    return TextMatches(meant, _select_numbers(conn, meant, limit), corrected=str(meant))


def find_sessions(text: str) -> list[int]:
    """Return the numbers of the sessions that contain the words. Raises Invalid."""
    with connection() as conn:
        return find_text(conn, text, limit=MOST_SESSIONS).numbers.get("session", [])


def _select_numbers(conn: Connection, query: ParsedQuery, limit: int) -> dict[str, list[int]]:
    return queries.select_numbers(conn, finished=query.finished, prefix=query.prefix, limit=limit)
