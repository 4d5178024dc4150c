"""Library people, invented: the same ones each time, with names from many places and addresses nobody has."""

from dataclasses import dataclass

FIRST = [
    "Ada",
    "Björk",
    "Chloé",
    "Đặng",
    "Éamon",
    "Fatima",
    "Grażyna",
    "Håkon",
    "Iñaki",
    "José",
    "Kāla",
    "Łukasz",
    "Mei",
]
LAST = [
    "Adeyemi",
    "Brontë",
    "Curie",
    "Dvořák",
    "Ekström",
    "Fernández",
    "García",
    "Nguyễn",
    "O’Neill",
    "Søndergaard",
    "Żak",
]
LIBRARIES = [
    ("Springfield Public Library", "public", "urban"),
    ("Riverside City Library", "public", "large"),
    ("Hilltop County Library", "public", "large"),
    ("Old Mill Library", "rural", "rural"),
    ("Lakeside College Library", "academic", "mid-sized"),
]


@dataclass(frozen=True)
class Person:
    """`number` decides what they do: see `deploy.demo.choices`."""

    number: int
    name: str
    email: str
    library: dict[str, str]


def invent(count: int) -> list[Person]:
    """The first `count` of them."""
    return [_invent(number) for number in range(1, count + 1)]


def _invent(number: int) -> Person:
    library, kind, size = LIBRARIES[number % len(LIBRARIES)]
    return Person(
        number=number,
        name=f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}",
        email=f"person{number:03}@library{number % 17}.example.org",
        library={"name": library, "type": kind, "community_size": size, "state": "IL", "country": "US"},
    )
