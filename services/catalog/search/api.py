"""`/catalog/v1/search`."""

from typing import Any

from flask import Response

from services.catalog.discovery import domain as discovery
from services.catalog.discovery.session_cache import open_session_cache
from services.catalog.entries.responses import answer
from services.catalog.search.results import find_results
from services.catalog.search.schemas import SearchQuery, SearchSchema
from shared import runtime
from shared.http import Blueprint
from shared.http.pagination import page
from shared.runtime import connection

public = Blueprint("search", __name__, url_prefix="/catalog/v1/search", public=True, description="Finding by words")
LABELS = {"session": "Sessions", "recording": "Recordings", "series": "Series", "announcement": "Announcements"}


@public.get("")
@public.arguments(SearchQuery, location="query")
@public.response(200, SearchSchema)
def search(query: dict[str, Any]) -> Response:
    """Search sessions, series, recordings and announcements, best matches first.

    Words match in any form and regardless of accents; the last one may be unfinished. `"a phrase"` matches exactly,
    `-word` excludes. If nothing matches, similar words are tried; `corrected` shows them.
    """
    with connection() as conn:
        found = find_results(conn, query["q"], kinds=query["kind"], limit=query["limit"], cursor=query["cursor"])
    body, headers = page(found.items, found.more)
    total = sum(map(len, found.numbers.values()))
    counted = {"total": total, "corrected": found.corrected, "facets": _count(found.numbers)}
    return answer(body | counted, headers=headers)


def _count(numbers: dict[str, list[int]]) -> dict[str, list[dict[str, Any]]]:
    with open_session_cache() as shelf:
        matching, now = shelf.match(numbers.get("session", [])), runtime.current().clock.now()
        recorded = matching.intersection_cardinality(shelf.index.having("recorded", ["true"]))
        facets = discovery.Selection(shelf.index, {}, matching=matching, now=now).facets(shelf.terms)
    kinds = {kind: len(members) for kind, members in numbers.items()} | {"recording": recorded}
    named = [{"slug": kind, "label": label, "count": kinds.get(kind, 0)} for kind, label in LABELS.items()]
    return {"kind": [one for one in named if one["count"]], **facets}
