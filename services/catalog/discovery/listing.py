"""Lists of sessions, for every door that shows one."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from pyroaring import BitMap

from services.catalog.discovery import domain
from services.catalog.discovery.index import Key
from services.catalog.discovery.shelf import Shelf, open_shelf
from services.catalog.publishing.domain import Document
from services.catalog.search.domain import find_sessions
from shared import runtime


@dataclass(frozen=True)
class Listing:
    """A page of sessions in JSON as the public reads them; `more` is the key to go on after; `facets` where they were
    asked for.
    """

    items: list[bytes]
    more: Key | None
    facets: dict[str, list[dict[str, Any]]] | None


def find(filters: dict[str, Any], *, sort: str, limit: int, after: Key | None = None, facets: bool = False) -> Listing:
    """The public sessions that pass the filters (those of `discovery.schemas.FilterQuery`), from after a place in the
    order. Raises Invalid for words that cannot be looked for.
    """
    words = filters.get("q")
    list_found = partial(_list, filters=filters, sort=sort, limit=limit, after=after, facets=facets)
    with open_shelf() as shelf:
        if not words or words in shelf.matching:
            return list_found(shelf, matching=shelf.matching[words] if words else None)
        index, stamp = shelf.index, shelf.stamp
    numbers = find_sessions(words)  # while others use the shelf
    with open_shelf() as shelf:
        matching = shelf.match(numbers)
        if (shelf.index, shelf.stamp) == (index, stamp):
            shelf.matching[words] = matching
        return list_found(shelf, matching=matching)


def _list(
    shelf: Shelf,
    filters: dict[str, Any],
    *,
    matching: BitMap | None,
    sort: str,
    limit: int,
    after: Key | None,
    facets: bool,
) -> Listing:
    now = runtime.current().clock.now()
    selection = domain.Selection(shelf.index, filters, matching=matching, now=now)
    page = selection.page(sort, after=after, limit=limit)
    counted = selection.facets(shelf.terms) if facets else None
    return Listing(shelf.render(page.sessions, now), page.more, counted)


def find_documents(filters: dict[str, Any], *, sort: str, limit: int) -> list[Document]:
    """The documents of the first such sessions."""
    return [orjson.loads(item) for item in find(filters, sort=sort, limit=limit).items]
