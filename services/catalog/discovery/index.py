"""The public sessions by what they are found by, in the memory of each process that answers: a set of positions for
each value of each filter, so that a list with filters and facets costs a few operations on sets, at any size.

Positions are given in the order in which sessions start, so that all that start before a moment are a range of them;
what comes or moves later stands behind, and is looked at one by one.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from typing import Any

from pyroaring import BitMap
from sortedcontainers import SortedKeyList

from services.catalog.discovery.moments import Passed
from services.catalog.discovery.queries import IndexedSession

ORDERS = ("starts", "title", "published", "recorded")
# How many may stand behind before all positions are given anew.
LOOSE = 2000

Key = tuple[Any, str]


class Index:
    """Sessions by position. Not safe for threads: whoever uses it holds a lock."""

    def __init__(self, sessions: Iterable[IndexedSession] = ()) -> None:
        found = sorted(sessions, key=lambda session: (session.starts_key, session.id.hex))
        self.sessions: dict[int, IndexedSession] = {}
        self.positions: dict[int, int] = {}
        self.starts = [session.starts_key for session in found]
        self.end = len(found)
        self.everything, self.uncertain = BitMap(), BitMap()
        self.sets: dict[str, BitMap] = {}
        self.opened, self.closed = Passed(), Passed()
        for position, session in enumerate(found):
            self._insert(position, session)
        self.orders = {order: self._order(order) for order in ORDERS}

    def put(self, session: IndexedSession) -> None:
        """Take a session in, in place of what was known of it."""
        self.remove(session.number)
        self._insert(self.end, session)
        for order in self.orders.values():
            if self._belongs(order, session):
                order.add(self.end)
        self.end += 1

    def remove(self, number: int) -> None:
        """Forget a session, where it is known."""
        if (position := self.positions.pop(number, None)) is None:
            return
        session = self.sessions[position]
        for order in self.orders.values():
            if self._belongs(order, session):
                order.remove(position)
        for mark in session.marks:
            self.sets[mark].discard(position)
        for members in (self.everything, self.uncertain, self.opened, self.closed):
            members.discard(position)
        del self.sessions[position]

    def is_loose(self) -> bool:
        """Whether so much has moved that positions should be given anew."""
        return self.end - len(self.starts) > LOOSE + len(self.starts) / 10

    def having(self, name: str, values: Iterable[str]) -> BitMap:
        """Sessions that have one of these values."""
        return BitMap.union(BitMap(), *(self.sets.get(f"{name}:{value}", BitMap()) for value in values))

    def starting_before(self, moment: datetime) -> BitMap:
        """Sessions that may start before a moment."""
        found = BitMap(range(bisect_left(self.starts, moment)))
        found.update(position for position in self._loose() if self.sessions[position].starts_key < moment)
        return found & self.everything

    def starting_after(self, moment: datetime) -> BitMap:
        """Sessions that may start at a moment or after it."""
        found = self.everything - self.starting_before(moment)
        found.update(where for where in self.uncertain if self.sessions[where].starts_latest > moment)
        return found

    def registering(self, state: str, now: datetime) -> BitMap:
        """Sessions by how one can register: `open` to anyone now, be it for a seat or for the waiting list, `closed`,
        or by `invitation` (see `services.catalog.sessions.admission`).
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
        """Of the sessions found, the first in an order, from after a key of it."""
        whole = self.orders[order]
        if len(found) ** 2 > len(whole) * limit:
            start, stop = (None, after) if descending else (after, None)
            walk = whole.irange_key(start, stop, inclusive=(False, False), reverse=descending)
            return [self.sessions[position] for position in islice((at for at in walk if at in found), limit)]
        keys = (
            (self.key(order, position), position) for position in found if self._belongs(whole, self.sessions[position])
        )
        if descending:
            beyond = sorted((pair for pair in keys if after is None or pair[0] < after), reverse=True)[:limit]
        else:
            beyond = nsmallest(limit, (pair for pair in keys if after is None or pair[0] > after))
        return [self.sessions[position] for _, position in beyond]

    def key(self, order: str, position: int) -> Key:
        """By what a session is sorted in an order; the id makes it the only one."""
        session = self.sessions[position]
        return getattr(session, f"{order}_key"), session.id.hex

    def _insert(self, position: int, session: IndexedSession) -> None:
        self.sessions[position] = session
        self.positions[session.number] = position
        self.everything.add(position)
        for mark in session.marks:
            self.sets.setdefault(mark, BitMap()).add(position)
        if session.starts_latest != session.starts_key:
            self.uncertain.add(position)
        if session.opens_at:
            self.opened.add(position, session.opens_at)
        if session.closes_at:
            self.closed.add(position, session.closes_at)

    def _loose(self) -> Iterable[int]:
        return self.everything.iter_equal_or_larger(len(self.starts))

    def _order(self, order: str) -> SortedKeyList:
        positions = (at for at, session in self.sessions.items() if order != "recorded" or session.recorded_key)
        return SortedKeyList(positions, key=lambda position: self.key(order, position))

    def _belongs(self, order: SortedKeyList, session: IndexedSession) -> bool:
        return order is not self.orders["recorded"] or session.recorded_key is not None
