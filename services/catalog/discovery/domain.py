"""Selecting sessions: filters, sort order, and facet counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from pyroaring import BitMap

from services.catalog.discovery.queries import FacetTerm, IndexedSession
from services.catalog.discovery.session_index import Key, SessionIndex
from services.catalog.taxonomy.vocabularies import VOCABULARIES

# Filters by a session's values. Several values of one filter widen the list, several filters narrow it.
BY_VALUE = ("initiative", "series", "format", "status", "organization", *VOCABULARIES)
# sort → (index order, descending)
SORTS = {
    "starts": ("starts", False),
    "-starts": ("starts", True),
    "title": ("title", False),
    "-published": ("published", True),
    "-recorded": ("recorded", True),
}


@dataclass(frozen=True)
class SessionSlice:
    """One page of sessions; `more` is the key to continue after, if there are more."""

    sessions: list[IndexedSession]
    more: Key | None


class Selection:
    """The sessions that match the filters. Each filter's set is kept apart, so that facets can leave one out.
    `matching` are the sessions that contain the words of `q`.
    """

    def __init__(self, index: SessionIndex, filters: dict[str, Any], *, matching: BitMap | None, now: datetime) -> None:
        self.index, self.now = index, now
        self.sets = {name: index.having(name, filters[name]) for name in BY_VALUE if filters.get(name)}
        if matching is not None:
            self.sets["q"] = matching
        if filters.get("starts_after"):
            self.sets["starts_after"] = index.starting_after(filters["starts_after"])
        if filters.get("starts_before"):
            self.sets["starts_before"] = index.starting_before(filters["starts_before"])
        if filters.get("registration"):
            states = [index.registering(state, now) for state in filters["registration"]]
            self.sets["registration"] = BitMap.union(BitMap(), *states)
        if filters.get("recorded") is not None:
            self.sets["recorded"] = index.having("recorded", ["true" if filters["recorded"] else "false"])

    def found(self, *, without: str | None = None) -> BitMap:
        """Return what matches all filters, or all but one."""
        return reduce(and_, (found for name, found in self.sets.items() if name != without), self.index.everything)

    def page(self, sort: str, *, after: Key | None, limit: int) -> SessionSlice:
        """Return one page of the matches."""
        order, descending = SORTS[sort]
        sessions = self.index.page(order, self.found(), descending=descending, after=after, limit=limit + 1)
        if len(sessions) <= limit:
            return SessionSlice(sessions, None)
        last = sessions[limit - 1]
        return SessionSlice(sessions[:limit], self.index.key(order, last))

    def facets(self, terms: dict[str, list[FacetTerm]]) -> dict[str, list[dict[str, Any]]]:
        """Count the sessions of each term, per vocabulary, ignoring that vocabulary's own filter. Terms without
        sessions are left out.
        """
        every, sets = self.found(), self.index.sets
        counted: dict[str, list[dict[str, Any]]] = {}
        for vocabulary in VOCABULARIES:
            under = self.found(without=vocabulary) if vocabulary in self.sets else every
            counted[vocabulary] = [
                {"slug": term.slug, "label": term.label, "count": count}
                for term in terms.get(vocabulary, ())
                if (members := sets.get(term.mark)) and (count := under.intersection_cardinality(members))
            ]
        return counted

    def count(self, name: str, values: Iterable[str]) -> dict[str, int]:
        """Count the sessions with each of these values of a filter, ignoring that filter itself."""
        under = self.found(without=name)
        return {value: under.intersection_cardinality(self._having(name, value)) for value in values}

    def _having(self, name: str, value: str) -> BitMap:
        if name == "registration":
            return self.index.registering(value, self.now)
        return self.index.having(name, [value])
