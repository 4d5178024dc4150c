"""The directory of libraries."""

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from shared.database import execute, fetch_dicts, fetch_value

Row = tuple[str, str, str | None, str | None, int | None, str | None, str]


def upsert_all(conn: Connection, rows: Iterable[Row]) -> int:
    """Take in libraries; of one that is named twice the last row counts. Returns how many were new or different."""
    execute(conn, "DROP TABLE IF EXISTS pg_temp.incoming")
    execute(
        conn,
        """
        CREATE TEMPORARY TABLE incoming (place bigint GENERATED ALWAYS AS IDENTITY, fscskey text, name text, city text,
            state text, population integer, locale text, community_size text) ON COMMIT DROP
        """,
    )
    sql = "COPY incoming (fscskey, name, city, state, population, locale, community_size) FROM STDIN"
    with conn.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)
    sql = """
        INSERT INTO libraries (fscskey, name, city, state, population, locale, community_size)
        SELECT DISTINCT ON (fscskey) fscskey, name, city, state, population, locale, community_size
          FROM incoming ORDER BY fscskey, place DESC
        ON CONFLICT (fscskey) DO UPDATE
           SET name = excluded.name, city = excluded.city, state = excluded.state, population = excluded.population,
               locale = excluded.locale, community_size = excluded.community_size
         WHERE (libraries.name, libraries.city, libraries.state, libraries.population, libraries.locale)
               IS DISTINCT FROM (excluded.name, excluded.city, excluded.state, excluded.population, excluded.locale)
    """
    return execute(conn, sql)


def count(conn: Connection) -> int:
    return fetch_value(conn, "SELECT count(*) FROM libraries")


def select_matching(conn: Connection, words: list[str], *, state: str | None, limit: int) -> list[dict[str, Any]]:
    """Libraries in whose name or place there are words that begin with all of these; those that serve most first."""
    sql = """
        SELECT fscskey, name, city, state, community_size FROM libraries
         WHERE words @@ to_tsquery('simple', %(query)s) AND (%(state)s::text IS NULL OR state = %(state)s)
         ORDER BY population DESC NULLS LAST, name, fscskey LIMIT %(limit)s
    """
    query = " & ".join(f"{word}:*" for word in words)
    return fetch_dicts(conn, sql, query=query, state=state, limit=limit)


def select(conn: Connection, fscskey: str) -> dict[str, Any] | None:
    sql = "SELECT fscskey, name, city, state, community_size FROM libraries WHERE fscskey = %(fscskey)s"
    found = fetch_dicts(conn, sql, fscskey=fscskey)
    return found[0] if found else None
