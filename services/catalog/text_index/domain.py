"""Finding by words: as they are typed, and where nothing has them, as they may have been meant."""

from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from psycopg import Connection

from services.catalog.text_index import queries
from services.catalog.text_index.parsing import ParsedQuery, parse
from shared.runtime import connection

# A filter by words finds no more than so many sessions.
MOST_SESSIONS = 50_000


@dataclass(frozen=True)
class TextMatches:
    """What was looked for, and by kind the numbers of what has it; `corrected` is what the reader probably meant, where
    nothing has what was typed.
    """

    query: ParsedQuery
    numbers: dict[str, list[int]]
    corrected: str | None = None

    def first(self, limit: int) -> list[int]:
        """So many of the numbers at most, of each kind as many as of the others while there are any."""
        turns = chain.from_iterable(zip_longest(*self.numbers.values()))
        return list(islice((number for number in turns if number is not None), limit))


def find_text(conn: Connection, text: str, *, limit: int) -> TextMatches:
    """What has the words that a reader typed, `limit` of it at most. Raises Invalid."""
    typed = parse(text)
    if numbers := _select_numbers(conn, typed, limit):
        return TextMatches(typed, numbers)
    corrections = queries.select_alike(conn, typed.bare_words())
    if not corrections:
        return TextMatches(typed, {})
    meant = typed.corrected(corrections)
    return TextMatches(meant, _select_numbers(conn, meant, limit), corrected=str(meant))


def find_sessions(text: str) -> list[int]:
    """The numbers of the sessions in which the words are found. Raises Invalid."""
    with connection() as conn:
        return find_text(conn, text, limit=MOST_SESSIONS).numbers.get("session", [])


def _select_numbers(conn: Connection, query: ParsedQuery, limit: int) -> dict[str, list[int]]:
    return queries.select_numbers(conn, finished=query.finished, prefix=query.prefix, limit=limit)
