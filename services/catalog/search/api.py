"""`/catalog/v1/search`."""

import html
from typing import Any

from flask import Response

from services.catalog import addresses
from services.catalog.answers import answer
from services.catalog.discovery import domain as discovery
from services.catalog.discovery.shelf import open_shelf
from services.catalog.search import domain, queries
from services.catalog.search.queries import COUNTED, RANKED, START, STOP, Hit
from services.catalog.search.schemas import SearchQuery, SearchSchema
from shared import runtime
from shared.http import Blueprint
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.runtime import connection

public = Blueprint("search", __name__, url_prefix="/catalog/v1/search", public=True, description="Finding by words")

LABELS = {"session": "Sessions", "recording": "Recordings", "series": "Series", "announcement": "Announcements"}


@public.get("")
@public.arguments(SearchQuery, location="query")
@public.response(200, SearchSchema)
def search(query: dict[str, Any]) -> Response:
    """Sessions, series, recordings and announcements by words, the best first.

    Words are found in any of their forms and whatever their accents, the last one also unfinished; `"a phrase"` stands
    as it is, `-word` must not be there. What is found nowhere is taken for a slip, and told in `corrected`.
    """
    limit, after = query["limit"], decode_cursor(query["cursor"], int, int)
    with connection() as conn:
        found = domain.find(conn, query["q"], limit=COUNTED)
        hits = queries.select_hits(
            conn,
            finished=found.query.finished,
            prefix=found.query.prefix,
            kinds=query["kind"],
            among=None if query["kind"] else found.first(RANKED),
            after=after and (after[0], after[1]),
            limit=limit + 1,
        )
    shown = hits[:limit]
    more = encode_cursor(shown[-1].score, shown[-1].number) if len(hits) > limit else None
    body, headers = page([_present(hit) for hit in shown], more)
    total = sum(map(len, found.numbers.values()))
    counted = {"total": total, "corrected": found.corrected, "facets": _count(found.numbers)}
    return answer(body | counted, headers=headers)


def _present(hit: Hit) -> dict[str, Any]:
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
        "links": addresses.links_of(hit.kind, hit.slug, scheduled="starts_at" in (document.get("when") or {})),
    }


def _mark(text: str) -> str:
    """What was found in `<mark>`, in a text that is escaped."""
    return html.escape(text.strip()).replace(START, "<mark>").replace(STOP, "</mark>")


def _count(numbers: dict[str, list[int]]) -> dict[str, list[dict[str, Any]]]:
    with open_shelf() as shelf:
        matching, now = shelf.match(numbers.get("session", [])), runtime.current().clock.now()
        recorded = matching.intersection_cardinality(shelf.index.having("recorded", ["true"]))
        facets = discovery.Selection(shelf.index, {}, matching=matching, now=now).facets(shelf.terms)
    kinds = {kind: len(members) for kind, members in numbers.items()} | {"recording": recorded}
    named = [{"slug": kind, "label": label, "count": kinds.get(kind, 0)} for kind, label in LABELS.items()]
    return {"kind": [one for one in named if one["count"]], **facets}
