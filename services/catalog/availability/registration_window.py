"""The rule by which a person can register for a session at a given time.

The registration service decides; the catalog shows readers the same rule's result.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationWindow:
    """The values that decide it. `closes_at` is when registration ends, at the session's start at the latest;
    `confirmed` is the number of taken seats.
    """

    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    capacity: int | None
    confirmed: int

    def state(self, now: datetime) -> str:
        """Return `not_open`, `open`, `full` (the waiting list is open) or `closed`."""
        if self.status in ("held", "cancelled"):
            return "closed"
        if self.opens_at is None and self.status == "planned":
            return "not_open"
        if self.opens_at is not None and self.opens_at > now:
            return "not_open"
        if self.closes_at is not None and self.closes_at <= now:
            return "closed"
        return "full" if self.capacity is not None and self.confirmed >= self.capacity else "open"

    @property
    def seats_left(self) -> int | None:
        """The number of free seats; None if seats are unlimited."""
        return None if self.capacity is None else max(self.capacity - self.confirmed, 0)
