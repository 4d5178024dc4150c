"""Who takes part: invented one after the other, each with an address that nobody else has."""

import itertools
import threading
from dataclasses import dataclass

LIBRARY = {"name": "Old Mill Library", "type": "public", "community_size": "rural", "state": "IL", "country": "US"}
DOMAIN = "faults.example.org"


@dataclass(frozen=True)
class Person:
    number: int

    @property
    def email(self) -> str:
        return f"person{self.number:05}@{DOMAIN}"

    @property
    def name(self) -> str:
        return f"Ada Nº {self.number}"


class People:
    """Gives each caller somebody new. Safe for threads."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def next(self) -> Person:
        with self._lock:
            return Person(next(self._numbers))
