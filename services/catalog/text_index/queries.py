"""Indexed texts, their words, and matches."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch

# Limits on matches that are ranked, those in titles first, and on matches that are counted. Without them, the database
# would rank everything that contains a common word.
RANKED, COUNTED = 60, 500
# Marks around matching words until the text is escaped; no stored text contains control characters.
START, STOP = "\x02", "\x03"


@dataclass(frozen=True)
class SearchHit:
    """A match; matching words in `title` and `snippet` are between `START` and `STOP`."""

    number: int
    id: UUID
    kind: str
    slug: str
    title: str
    snippet: str
    score: int
    document: dict[str, Any]


def upsert_text(conn: Connection, number: int, *, title: str, summary: str, body: str) -> None:
    sql = """
        WITH kept AS (
            INSERT INTO texts AS known (entry_id, number, kind, title, summary, body)
            SELECT id, number, kind, %(title)s, %(summary)s, %(body)s FROM entries WHERE number = %(number)s
            ON CONFLICT (number) DO UPDATE
               SET title = excluded.title, summary = excluded.summary, body = excluded.body
             WHERE (known.title, known.summary, known.body)
                   IS DISTINCT FROM (excluded.title, excluded.summary, excluded.body)
            RETURNING known.title || ' ' || known.summary || ' ' || known.body AS text
        )
        INSERT INTO words (word)
        SELECT word FROM kept, unnest(tsvector_to_array(to_tsvector('plain', text))) AS word
         WHERE word ~ '^[a-z]{4,30}$'
        ON CONFLICT DO NOTHING
    """
    execute(conn, sql, number=number, title=title, summary=summary, body=body)


def delete_text(conn: Connection, number: int) -> None:
    execute(conn, "DELETE FROM texts WHERE number = %(number)s", number=number)


def select_alike(conn: Connection, words: list[str]) -> dict[str, str]:
    """Return the most similar indexed word for each of these words that is not indexed, if one is similar enough."""
    sql = """
        SELECT given.word, alike.word
          FROM unnest(%(words)s::text[]) AS given (word)
         CROSS JOIN LATERAL (SELECT word FROM words
                              WHERE words.word %% lower(unaccent(given.word))
                              ORDER BY similarity(words.word, lower(unaccent(given.word))) DESC, words.word
                              LIMIT 1) AS alike
         WHERE NOT EXISTS (SELECT FROM words WHERE words.word = lower(unaccent(given.word)))
    """
    return dict(conn.execute(sql, {"words": words}).fetchall())


def select_numbers(conn: Connection, *, finished: str, prefix: str, limit: int) -> dict[str, list[int]]:
    """Return the numbers of the matches by kind."""
    sql = """
        SELECT kind, array_agg(number)
          FROM (SELECT kind, number FROM texts
                 WHERE vector @@ words_query(%(finished)s, %(prefix)s) LIMIT %(limit)s) AS found
         GROUP BY kind
    """
    return dict(conn.execute(sql, {"finished": finished, "prefix": prefix, "limit": limit}).fetchall())


@dataclass(frozen=True, kw_only=True)
class HitQuery:
    """A search to rank. `finished` are the typed words but for `prefix`, the unfinished last one.

    `among` are the numbers of known matches of the wanted kinds; None searches for them. `only` restricts the hits to
    these numbers.
    """

    finished: str
    prefix: str
    kinds: list[str] | None
    among: list[int] | None
    only: list[int] | None = None


HEADLINES = {
    "whole": f"StartSel={START}, StopSel={STOP}, HighlightAll=true",
    "part": f'StartSel={START}, StopSel={STOP}, MaxWords=30, MinWords=15, MaxFragments=2, FragmentDelimiter=" … "',
}


def select_hits(conn: Connection, query: HitQuery, *, after: tuple[int, int] | None, limit: int) -> list[SearchHit]:
    """Return the best matches first, after a (score, number), with the matching words marked."""
    sql = """
        WITH query AS MATERIALIZED (SELECT words_query(%(finished)s, %(prefix)s) AS query),
        candidates AS MATERIALIZED (
            (SELECT number FROM texts, query WHERE title_vector @@ query AND is_of_kinds(entry_id, kind, %(kinds)s)
                AND (%(only)s::bigint[] IS NULL OR number = ANY(%(only)s))
              LIMIT %(ranked)s)
            UNION
            (SELECT number FROM texts, query
              WHERE %(among)s::bigint[] IS NULL AND vector @@ query AND is_of_kinds(entry_id, kind, %(kinds)s)
              LIMIT %(ranked)s)
            UNION
            SELECT unnest(%(among)s::bigint[])
        ), best AS MATERIALIZED (
            SELECT number, score
              FROM (SELECT number, (ts_rank(vector, query, 1) * 1000000)::integer AS score
                      FROM candidates JOIN texts USING (number), query) AS ranked
             WHERE %(score)s::integer IS NULL OR (score, number) < (%(score)s, %(number)s)
             ORDER BY score DESC, number DESC LIMIT %(limit)s
        )
        SELECT best.number, entry.id, entry.kind, entry.slug, entry.document, score,
               ts_headline('english_plain', texts.title, query, %(whole)s) AS title,
               ts_headline('english_plain', texts.summary || ' ' || texts.body, query, %(part)s) AS snippet
          FROM best JOIN texts USING (number) JOIN entries AS entry USING (number), query
         ORDER BY score DESC, best.number DESC
    """
    score, number = after or (None, None)
    place = {"score": score, "number": number, "limit": limit, "ranked": RANKED}
    return fetch(conn, SearchHit, sql, **vars(query), **HEADLINES, **place)
