"""A promise that did not hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """`rule` in a few words, `what` broke it, and of whom: the addresses or ids by which its story is found."""

    rule: str
    what: str
    of: tuple[str, ...] = ()
