"""Lists of sessions, for every door that shows one."""

from dataclasses import dataclass
from typing import Any

import orjson

from services.catalog.discovery import domain
from services.catalog.discovery.index import Key
from services.catalog.discovery.shelf import open_shelf
from services.catalog.publishing.domain import Document
from services.catalog.search.domain import find_numbers
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
    numbers = find_numbers(filters["q"]) if filters.get("q") else None
    now = runtime.current().clock.now()
    with open_shelf() as shelf:
        selection = domain.select(shelf, filters, numbers=numbers, now=now)
        page = selection.page(sort, after=after, limit=limit)
        counted = selection.facets(shelf.labels) if facets else None
        return Listing(shelf.render(page.sessions, now), page.more, counted)


def find_documents(filters: dict[str, Any], *, sort: str, limit: int) -> list[Document]:
    """The documents of the first such sessions."""
    return [orjson.loads(item) for item in find(filters, sort=sort, limit=limit).items]
