"""State machines: the states that something can be in, and the transitions between them.

A subject that has one declares it in a module of its own. docs/state-machines.md is generated from the declarations,
and in tests a trigger refuses every other transition.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """One of `sources` becomes `target`; `when` says what brings that about."""

    sources: tuple[S, ...]
    target: S
    when: str


@dataclass(frozen=True)
class StateMachine(Generic[S]):
    """`initial` states are those in which something begins. `table` and `column`, in the schema of a service, hold the
    state. `derived` states are in no column: a view tells them from what else is known.
    """

    name: str
    states: type[S]
    initial: tuple[S, ...]
    transitions: tuple[Transition[S], ...]
    table: str
    column: str = "state"
    derived: tuple[S, ...] = ()

    @property
    def stored(self) -> list[S]:
        """The states that the column holds."""
        return [state for state in self.states if state not in self.derived]

    def allows(self, source: str, target: S) -> bool:
        """Return whether something in state `source` may become `target`."""
        return source in self.sources(target)

    def sources(self, target: S) -> list[S]:
        """Return the states from which something may become `target`, in the order of their declaration."""
        found = {source for one in self.transitions if one.target == target for source in one.sources}
        return [state for state in self.states if state in found]

    def pairs(self) -> Iterator[tuple[S, S]]:
        """Yield each transition between states that the column holds."""
        for one in self.transitions:
            for source in one.sources:
                if not {source, one.target} & set(self.derived):
                    yield source, one.target


def values(states: Iterable[StrEnum]) -> list[str]:
    """Return states as they are stored and sent."""
    return [state.value for state in states]
