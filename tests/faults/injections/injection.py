"""What a fault is."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults.site import FaultSite


def nothing(_site: FaultSite) -> None:
    """Of faults that end by themselves."""


@dataclass(frozen=True)
class Injection:
    """A fault, by its name in the table of results. `begin` says what exactly it did; it `lasts` so many seconds, from
    and to, before `end` is called. Two that touch the same part are never combined.
    """

    name: str
    touches: str
    begin: Callable[[FaultSite, Random], str]
    end: Callable[[FaultSite], object] = nothing
    lasts: tuple[float, float] = (0.0, 0.0)
