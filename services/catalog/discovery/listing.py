"""Lists of sessions, for every entry point that shows one."""

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
    """One page of sessions as JSON; `more` is the key to continue after, `facets` are set if requested."""

    items: list[bytes]
    more: Key | None
    facets: dict[str, list[dict[str, Any]]] | None


@dataclass(frozen=True)
class SessionCounts:
    """Counts of sessions: how many match, in total, per vocabulary term, and per value of other filters."""

    total: int
    terms: dict[str, list[dict[str, Any]]]
    values: dict[str, dict[str, int]]


Found = TypeVar("Found")
# A function of the matching sessions.
Use = Callable[[SessionCache, domain.Selection, datetime], Found]


def find(
    filters: dict[str, Any], *, sort: str, limit: int, after: Key | None = None, facets: bool = False
) -> SessionListing:
    """Return public sessions that match the filters (`discovery.schemas.FilterQuery`), after a place in the order.

    Raises Invalid if `q` cannot be searched for.
    """
    return _select(filters, partial(_list, sort=sort, limit=limit, after=after, facets=facets))


def count(filters: dict[str, Any], names: dict[str, tuple[str, ...] | None]) -> SessionCounts:
    """Count the sessions that match. For each named filter, count these of its values, or all if None, ignoring that
    filter. Raises what `find` raises.
    """
    return _select(filters, partial(_count, names=names))


def find_numbers(filters: dict[str, Any], *, limit: int) -> list[int]:
    """Return the numbers of at most `limit` matching sessions. Raises what `find` raises."""
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
    numbers = find_sessions(words)  # without holding the lock
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
    """Return the documents of the first matching sessions."""
    return [orjson.loads(item) for item in find(filters, sort=sort, limit=limit).items]
