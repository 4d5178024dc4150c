"""In-memory index of public sessions: a set of positions per filter value, so that a list with filters and facets costs
a few set operations at any size.

Positions are assigned in order of start, so all sessions that start before a time are one range. Sessions that were
added or moved later get positions at the end and are compared one by one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import nlargest, nsmallest
from itertools import islice
from typing import Any

from pyroaring import BitMap
from sortedcontainers import SortedDict, SortedKeyList

from services.catalog.discovery.passed_times import PassedTimes
from services.catalog.discovery.queries import IndexedSession

# Sort orders besides `starts`, which is the order of positions.
ORDERS = ("title", "published", "recorded")
# The index is rebuilt when more sessions than this were added at the end.
LOOSE = 2000
# Chunk size of the suffix sets in `unsure_from`.
STEP = 64
NOBODY = BitMap()
Key = tuple[Any, str]


class SessionIndex:
    """Sessions by position. Not thread-safe: callers hold a lock."""

    def __init__(self, sessions: Iterable[IndexedSession] = ()) -> None:
        found = sorted(sessions, key=lambda session: (session.starts_key, session.id.hex))
        self.sessions: dict[int, IndexedSession] = {}
        self.positions: dict[int, int] = {}
        self.starts = [session.starts_key for session in found]
        self.end = 0
        # Sort keys by position, also of removed sessions; None if a session is not part of an order.
        self.keys: dict[str, list[Any]] = {order: [] for order in ("starts", *ORDERS)}
        self.everything = BitMap()
        # Sessions with an uncertain start, by their latest possible start, plus lazily built suffix sets.
        self.unsure: SortedDict = SortedDict()
        self.unsure_from: dict[int, BitMap] = {}
        self.sets: dict[str, BitMap] = {}
        self.opened, self.closed = PassedTimes(), PassedTimes()
        for session in found:
            self._insert(session)
        self.orders = {order: self._order(order) for order in ORDERS}

    def put(self, session: IndexedSession) -> None:
        """Add or replace a session."""
        self.remove(session.number)
        position = self._insert(session)
        for name, order in self.orders.items():
            if self.keys[name][position]:
                order.add(position)

    def remove(self, number: int) -> None:
        """Remove a session if it is indexed."""
        if (position := self.positions.pop(number, None)) is None:
            return
        session = self.sessions[position]
        for name, order in self.orders.items():
            if self.keys[name][position]:
                order.remove(position)
        for mark in session.marks:
            self.sets[mark].discard(position)
        for members in (self.everything, self.opened, self.closed):
            members.discard(position)
        if session.starts_latest in self.unsure:
            self.unsure[session.starts_latest].discard(position)
            self.unsure_from.clear()
        del self.sessions[position]

    def is_loose(self) -> bool:
        """True if so many sessions were added or moved that the index should be rebuilt."""
        return self.end - len(self.starts) > LOOSE + len(self.starts) / 10

    def having(self, name: str, values: Sequence[str]) -> BitMap:
        """Return the sessions with one of these values. Callers must not change the result."""
        if len(values) == 1:
            return self.sets.get(f"{name}:{values[0]}", NOBODY)
        return BitMap.union(BitMap(), *(self.sets.get(f"{name}:{value}", BitMap()) for value in values))

    def values(self, name: str) -> list[str]:
        """Return the values of a filter that occur."""
        return [
            mark.removeprefix(f"{name}:") for mark, found in self.sets.items() if found and mark.startswith(f"{name}:")
        ]

    def starting_before(self, moment: datetime) -> BitMap:
        """Return the sessions that may start before a time."""
        found = BitMap(range(bisect_left(self.starts, moment)))
        found.update(position for position in self._loose() if self.sessions[position].starts_key < moment)
        return found & self.everything

    def starting_after(self, moment: datetime) -> BitMap:
        """Return the sessions that may start at or after a time."""
        begin = self.unsure.bisect_right(moment)
        edge = -(-begin // STEP) * STEP
        later = self.everything.copy()
        later.remove_range(0, bisect_left(self.starts, moment))
        later.difference_update(BitMap([at for at in self._loose() if self.sessions[at].starts_key < moment]))
        return BitMap.union(later, self._all_unsure_from(edge), *self.unsure.values()[begin:edge])

    def registering(self, state: str, now: datetime) -> BitMap:
        """Return the sessions by how one can register: `open` to anyone now, for a seat or the waiting list, `closed`,
        or by `invitation` (see `services.catalog.availability.registration_window`).
        """
        if state == "invitation":
            return self.having("policy", ["invitation"])
        over = self.having("status", ["held", "cancelled"])
        waiting = self.opened.known - self.opened.advance(now)
        undecided = self.having("status", ["planned"]) - self.opened.known
        not_open = (waiting | undecided) - over
        closed = over | (self.closed.advance(now) - not_open)
        return closed if state == "closed" else self.having("policy", ["open"]) - closed - not_open

    def page(
        self, order: str, found: BitMap, *, descending: bool, after: Key | None, limit: int
    ) -> list[IndexedSession]:
        """Return the first of the found sessions in an order, after a key."""
        if order == "starts":
            near: Iterable[int] = self._near(found, descending=descending, after=after, limit=limit)
        elif len(found) ** 2 > len(self.orders[order]) * limit:
            start, stop = (None, after) if descending else (after, None)
            walk = self.orders[order].irange_key(start, stop, inclusive=(False, False), reverse=descending)
            near = islice((position for position in walk if position in found), limit)
        else:
            near = self._pick(order, found, descending=descending, after=after, limit=limit)
        return [self.sessions[position] for position in near]

    def key(self, order: str, session: IndexedSession) -> Key | None:
        """Return the sort key of a session in an order; its id makes the key unique."""
        value = getattr(session, f"{order}_key")
        return None if value is None else (value, session.id.hex)

    def _near(self, found: BitMap, *, descending: bool, after: Key | None, limit: int) -> list[int]:
        """Return the first by start: those in order of position, merged with those added later."""
        firm, key = BitMap(range(len(self.starts))), self.keys["starts"].__getitem__
        known = found & firm
        if after is None:
            passed = len(known) if descending else 0
        else:
            bisect = bisect_left if descending else bisect_right
            passed = known.range_cardinality(0, bisect(range(len(self.starts)), after, key=key))
        near = known[max(passed - limit, 0) : passed] if descending else known[passed : passed + limit]
        loose = self._pick("starts", found - firm, descending=descending, after=after, limit=limit)
        return sorted([*near, *loose], key=key, reverse=descending)[:limit]

    def _pick(self, order: str, found: BitMap, *, descending: bool, after: Key | None, limit: int) -> list[int]:
        """Return the first by comparing all of them."""
        keys = self.keys[order]
        pairs = ((key, position) for position in found if (key := keys[position]))
        if descending:
            beyond = nlargest(limit, (pair for pair in pairs if after is None or pair[0] < after))
        else:
            beyond = nsmallest(limit, (pair for pair in pairs if after is None or pair[0] > after))
        return [position for _, position in beyond]

    def _insert(self, session: IndexedSession) -> int:
        """Add a session and return its position."""
        position, self.end = self.end, self.end + 1
        self.sessions[position] = session
        self.positions[session.number] = position
        self.everything.add(position)
        for order, keys in self.keys.items():
            keys.append(self.key(order, session))
        for mark in session.marks:
            self.sets.setdefault(mark, BitMap()).add(position)
        if session.starts_latest != session.starts_key:
            self.unsure.setdefault(session.starts_latest, BitMap()).add(position)
            self.unsure_from.clear()
        if session.opens_at:
            self.opened.add(position, session.opens_at)
        if session.closes_at:
            self.closed.add(position, session.closes_at)
        return position

    def _all_unsure_from(self, place: int) -> BitMap:
        if place not in self.unsure_from:
            self.unsure_from[place] = BitMap.union(BitMap(), *self.unsure.values()[place:])
        return self.unsure_from[place]

    def _loose(self) -> Iterable[int]:
        return self.everything.iter_equal_or_larger(len(self.starts))

    def _order(self, order: str) -> SortedKeyList:
        keys = self.keys[order]
        return SortedKeyList((position for position in self.sessions if keys[position]), key=keys.__getitem__)
