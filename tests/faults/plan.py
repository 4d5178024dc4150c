"""What is to go wrong, in which order: drawn from a seed alone, and printed before it begins."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.faults.injections.injection import Injection

PAIRS = 0.3  # of the steps are two faults at once


@dataclass(frozen=True)
class Step:
    """Faults that are there together, for so many seconds; `seed` decides what they draw."""

    number: int
    injections: tuple[Injection, ...]
    lasts: float
    seed: str

    def describe(self) -> str:
        return f"{self.number:3}  {' + '.join(one.name for one in self.injections)} ({self.lasts:.1f} s)"


def draw(injections: Sequence[Injection], *, faults: int, seed: int) -> list[Step]:
    """Steps with `faults` faults or one more: every fault comes once before any comes again."""
    random = Random(seed)
    deck = _deal(injections, random)
    steps: list[Step] = []
    planned = 0
    for number in itertools.count(1):
        if planned >= faults:
            return steps
        chosen = [next(deck)]
        if random.random() < PAIRS:
            chosen += _partner(chosen[0], injections, random)
        lasts = max(random.uniform(*one.lasts) for one in chosen)
        steps.append(Step(number, tuple(chosen), lasts, f"{seed}/{number}"))
        planned += len(chosen)
    return steps


def _deal(injections: Sequence[Injection], random: Random) -> Iterator[Injection]:
    """All of them in a random order, then all of them again."""
    while True:
        yield from random.sample(injections, len(injections))


def _partner(first: Injection, injections: Sequence[Injection], random: Random) -> list[Injection]:
    others = [one for one in injections if one.touches != first.touches]
    return [random.choice(others)] if others else []
