"""Search results as they are shown: one page, best matches first, with matching words marked."""

import html
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from services.catalog.entries import urls
from services.catalog.text_index import domain as text_index
from services.catalog.text_index import queries as text_index_queries
from services.catalog.text_index.queries import COUNTED, RANKED, START, STOP, SearchHit
from shared.http.pagination import decode_cursor, encode_cursor


@dataclass(frozen=True)
class SearchResults:
    """One page of results; `more` is the cursor of the next, `numbers` are all matches by kind."""

    items: list[dict[str, Any]]
    more: str | None
    corrected: str | None
    numbers: dict[str, list[int]]


def find_results(
    conn: Connection,
    words: str,
    *,
    kinds: list[str] | None = None,
    only: list[int] | None = None,
    limit: int,
    cursor: str | None,
) -> SearchResults:
    """Search for these words, among some kinds or among these numbers, which are known to match. Raises Invalid."""
    after = decode_cursor(cursor, int, int)
    found = text_index.find_text(conn, words, limit=COUNTED)
    first = found.first(RANKED) if only is None else only[:RANKED]
    query = text_index_queries.HitQuery(
        finished=found.query.finished,
        prefix=found.query.prefix,
        kinds=kinds,
        among=None if kinds else first,
        only=only,
    )
    hits = text_index_queries.select_hits(conn, query, after=after and (after[0], after[1]), limit=limit + 1)
    shown = hits[:limit]
    more = encode_cursor(shown[-1].score, shown[-1].number) if len(hits) > limit else None
    return SearchResults([_present(hit) for hit in shown], more, found.corrected, found.numbers)


def _present(hit: SearchHit) -> dict[str, Any]:
    document = hit.document
    return {
        "kind": hit.kind,
        "id": hit.id,
        "slug": hit.slug,
        "title": document["title"],
        "title_html": _mark(hit.title),
        "snippet_html": _mark(hit.snippet),
        "when": document.get("when"),
        "published_at": document.get("published_at"),
        "recorded": bool(document.get("recording")),
        "score": hit.score,
        "links": urls.links_of(hit.kind, hit.slug, scheduled="starts_at" in (document.get("when") or {})),
    }


def _mark(text: str) -> str:
    """Return the text as escaped HTML with matches in `<mark>`."""
    return html.escape(text.strip()).replace(START, "<mark>").replace(STOP, "</mark>")
