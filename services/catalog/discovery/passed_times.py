"""A set of the positions whose time has passed, updated as time goes on."""

from datetime import UTC, datetime

from pyroaring import BitMap
from sortedcontainers import SortedList


class PassedTimes:
    """Positions with a time each, and the bitmap of those whose time has passed."""

    def __init__(self) -> None:
        self.moments: dict[int, datetime] = {}
        self.known = BitMap()
        self.waiting: SortedList = SortedList()
        self.passed = BitMap()
        self.now = datetime.min.replace(tzinfo=UTC)

    def add(self, position: int, moment: datetime) -> None:
        self.moments[position] = moment
        self.known.add(position)
        if moment <= self.now:
            self.passed.add(position)
        else:
            self.waiting.add((moment, position))

    def discard(self, position: int) -> None:
        moment = self.moments.pop(position, None)
        if moment is not None:
            self.known.discard(position)
            self.passed.discard(position)
            self.waiting.discard((moment, position))

    def advance(self, now: datetime) -> BitMap:
        """Return the positions whose time is not after `now`."""
        if now < self.now:  # a clock under test control may go back
            self.passed, self.waiting = BitMap(), SortedList((at, where) for where, at in self.moments.items())
        self.now = now
        while self.waiting and self.waiting[0][0] <= now:
            self.passed.add(self.waiting.pop(0)[1])
        return self.passed
