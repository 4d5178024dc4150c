"""Library people, invented: the same ones each time, with names from many places and addresses nobody has."""

from dataclasses import dataclass

LATIN = (
    ("Ada", "Björk", "Chloé", "Đặng", "Éamon", "Grażyna", "Håkon", "Iñaki", "Kāla", "Łukasz", "Oluwaseun", "Şebnem"),
    ("Adeyemi", "Brontë", "Dvořák", "Ekström", "Fernández-Ruiz", "García", "Nguyễn", "O’Neill", "Søndergaard", "Żak"),
)
# As people of many places write themselves; the last ones are what programs stumble over.
OTHERS = (
    "Мария Иванова",
    "Ελένη Παπαδοπούλου",
    "山田 花子",
    "王小明",
    "김민준",
    "فاطمة الزهراء",
    "נועה כהן",
    "प्रिया शर्मा",
    "สมชาย ใจดี",
    "Նարե Պետրոսյան",
    "ნინო ბერიძე",
    "አበበ በቀለ",
    "Sukarno",
    'Robert "Bob" Hall, Jr.',
    "Anne-Marie d'Arcy (she/her)",
)
LIBRARIES = (
    ("Springfield Public Library", "public", "urban"),
    ("Riverside City Library", "public", "large"),
    ("Hilltop County Library", "public", "large"),
    ("Old Mill Library", "rural", "rural"),
    ("Lakeside College Library", "academic", "mid-sized"),
)


@dataclass(frozen=True)
class Person:
    """`number` decides what they do: see `deploy.demo.plan`."""

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
        name=_name(number),
        email=f"person{number:03}@library{number % 17}.example.org",
        library={"name": library, "type": kind, "community_size": size, "state": "IL", "country": "US"},
    )


def _name(number: int) -> str:
    """Two of three in Latin letters."""
    if number % 3 == 0:
        return OTHERS[number // 3 % len(OTHERS)]
    first, last = LATIN
    return f"{first[number % len(first)]} {last[number % len(last)]}"
