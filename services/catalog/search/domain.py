"""Finding by words: as they are typed, and where nothing has them, as they may have been meant."""

from dataclasses import dataclass

from psycopg import Connection

from services.catalog.search import queries
from services.catalog.search.parsing import Query, parse
from shared.runtime import connection

# A filter by words finds no more than so many sessions.
MOST = 50_000


@dataclass(frozen=True)
class Meant:
    """What is looked for; `corrected` is what the reader probably meant, where what was typed finds nothing."""

    query: Query
    corrected: str | None = None

    @property
    def arguments(self) -> dict[str, str]:
        return {"finished": self.query.finished, "prefix": self.query.prefix}


def understand(conn: Connection, text: str) -> Meant:
    """What the reader looks for. Raises Invalid."""
    typed = Meant(parse(text))
    if queries.has_match(conn, **typed.arguments):
        return typed
    corrections = queries.select_alike(conn, typed.query.bare_words())
    if not corrections:
        return typed
    query = typed.query.corrected(corrections)
    return Meant(query, str(query))


def find_numbers(text: str) -> list[int]:
    """The numbers of the sessions in which the words are found. Raises Invalid."""
    with connection() as conn:
        meant = understand(conn, text)
        return queries.select_numbers(conn, **meant.arguments, limit=MOST).get("session", [])
