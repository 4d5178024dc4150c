"""Lists of sessions, for every door that shows one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import orjson
from pyroaring import BitMap

from services.catalog.discovery import domain
from services.catalog.discovery.session_cache import SessionCache, open_session_cache
from services.catalog.discovery.session_index import Key
from services.catalog.entries.queries import Document
from services.catalog.text_index.domain import find_sessions
from shared import runtime


@dataclass(frozen=True)
class SessionListing:
    """A page of sessions in JSON as the public reads them; `more` is the key to go on after; `facets` where they were
    asked for.
    """

    items: list[bytes]
    more: Key | None
    facets: dict[str, list[dict[str, Any]]] | None


@dataclass(frozen=True)
class SessionCounts:
    """How many sessions pass filters; how many each term has, as the API tells it, and each value of other filters."""

    total: int
    terms: dict[str, list[dict[str, Any]]]
    values: dict[str, dict[str, int]]


Found = TypeVar("Found")
# What is done with the sessions that pass filters.
Use = Callable[[SessionCache, domain.Selection, datetime], Found]


def find(
    filters: dict[str, Any], *, sort: str, limit: int, after: Key | None = None, facets: bool = False
) -> SessionListing:
    """The public sessions that pass the filters (those of `discovery.schemas.FilterQuery`), from after a place in the
    order. Raises Invalid for words that cannot be looked for.
    """
    return _select(filters, partial(_list, sort=sort, limit=limit, after=after, facets=facets))


def count(filters: dict[str, Any], names: dict[str, tuple[str, ...] | None]) -> SessionCounts:
    """How many sessions pass the filters, and of the filters that are named how many each value has under the others:
    each of these, or each there is. Raises what `find` raises.
    """
    return _select(filters, partial(_count, names=names))


def find_numbers(filters: dict[str, Any], *, limit: int) -> list[int]:
    """The numbers of sessions that pass the filters, `limit` of them at most. Raises what `find` raises."""
    return _select(
        filters,
        lambda shelf, selection, _: [shelf.index.sessions[position].number for position in selection.found()[:limit]],
    )


def _select(filters: dict[str, Any], use: Use[Found]) -> Found:
    words = filters.get("q")
    with open_session_cache() as shelf:
        if not words or words in shelf.matching:
            return _use(shelf, filters, shelf.matching[words] if words else None, use)
        index, stamp = shelf.index, shelf.stamp
    numbers = find_sessions(words)  # while others use the shelf
    with open_session_cache() as shelf:
        matching = shelf.match(numbers)
        if (shelf.index, shelf.stamp) == (index, stamp):
            shelf.matching[words] = matching
        return _use(shelf, filters, matching, use)


def _use(shelf: SessionCache, filters: dict[str, Any], matching: BitMap | None, use: Use[Found]) -> Found:
    now = runtime.current().clock.now()
    return use(shelf, domain.Selection(shelf.index, filters, matching=matching, now=now), now)


def _list(
    shelf: SessionCache,
    selection: domain.Selection,
    now: datetime,
    *,
    sort: str,
    limit: int,
    after: Key | None,
    facets: bool,
) -> SessionListing:
    page = selection.page(sort, after=after, limit=limit)
    counted = selection.facets(shelf.terms) if facets else None
    return SessionListing(shelf.render(page.sessions, now), page.more, counted)


def _count(
    shelf: SessionCache, selection: domain.Selection, _: datetime, *, names: dict[str, tuple[str, ...] | None]
) -> SessionCounts:
    values = {
        name: selection.count(name, shelf.index.values(name) if values is None else values)
        for name, values in names.items()
    }
    return SessionCounts(len(selection.found()), selection.facets(shelf.terms), values)


def find_documents(filters: dict[str, Any], *, sort: str, limit: int) -> list[Document]:
    """The documents of the first such sessions."""
    return [orjson.loads(item) for item in find(filters, sort=sort, limit=limit).items]
