"""A catalog that looks like a real one, the same at every run: programme documents of invented words."""

import random
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

SEED = 20161215
INITIATIVES, SERIES, LENGTH = 10, 20, 5  # 10 initiatives of 20 series of 5 sessions: 1,000 sessions
FIRST_DAY, DAYS = datetime(2022, 1, 3, 13), 6 * 365  # noqa: DTZ001 - local in whatever zone
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
ROLES = ("organizer", "partner", "facilitator")
TERMS = {"library_type": 8, "topic": 12, "job_function": 9, "audience": 7, "budget": 5, "community_size": 6}
HEADS = ["b", "br", "c", "ch", "d", "f", "g", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v"]
TAILS = ["a", "an", "e", "en", "er", "i", "in", "o", "on", "or", "u", "um"]


class Language:
    """2,000 words: a few are used often and most seldom, as in any language."""

    def __init__(self, chance: random.Random, *, size: int = 2000) -> None:
        self.chance = chance
        found: dict[str, None] = {}
        while len(found) < size:
            found["".join(chance.choice(HEADS) + chance.choice(TAILS) for _ in range(chance.randint(2, 4)))] = None
        self.words = list(found)
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(size)))

    def some(self, count: int) -> list[str]:
        return self.chance.choices(self.words, cum_weights=self.weights, k=count)

    def text(self, least: int, most: int) -> str:
        return " ".join(self.some(self.chance.randint(least, most))).capitalize()

    def paragraphs(self) -> str:
        """Markdown, as staff write it."""
        strong, *points = (self.text(3, 8) for _ in range(4))
        return f"{self.text(12, 30)}. **{strong}**\n\n" + "\n".join(f"- {point}" for point in points)


def language() -> Language:
    """The language that all sessions are written in."""
    return Language(random.Random(SEED))


def terms_of(vocabulary: str) -> list[str]:
    return [f"{vocabulary.replace('_', '-')}-{number}" for number in range(TERMS[vocabulary])]


def organizations() -> list[str]:
    return [f"organization-{number}" for number in range(20)]


def documents() -> list[dict[str, Any]]:
    """One programme document for each initiative, to be taken in in this order."""
    words = language()
    return [_document(words, number) for number in range(INITIATIVES)]


def _document(words: Language, number: int) -> dict[str, Any]:
    slug = f"initiative-{number}"
    series = [{"slug": f"series-{number}-{one}", "title": words.text(3, 6)} for one in range(SERIES)]
    return {
        "organizations": [{"slug": one, "name": one.replace("-", " ").title()} for one in organizations()],
        "vocabularies": {
            name: [{"slug": slug, "label": slug.replace("-", " ").title()} for slug in terms_of(name)] for name in TERMS
        },
        "initiative": {"slug": slug, "title": words.text(3, 6), "description": words.paragraphs()},
        "series": series,
        "sessions": [_session(words, one["slug"], place) for one in series for place in range(LENGTH)],
    }


def _session(words: Language, series: str, place: int) -> dict[str, Any]:
    chance = words.chance
    webinar = chance.random() < 0.8
    return {
        "slug": f"{series}-{place}",
        "series": series,
        "title": words.text(3, 8),
        "summary": words.text(10, 25),
        "description": words.paragraphs(),
        "format": "webinar" if webinar else "workshop",
        **_when(chance),
        "organizations": [
            {"organization": one, "role": chance.choice(ROLES)} for one in chance.sample(organizations(), 2)
        ],
        "terms": {name: chance.sample(terms_of(name), chance.randint(1, 3)) for name in TERMS},
        "registration": {"policy": "open", "capacity": chance.choice([30, 100, 500])},
        **({"online": {"platform": "Zoom"}} if webinar else {"venue": {"name": words.text(2, 3)}}),
        "contact_hours": chance.choice([1.0, 1.5, 3.0]),
    }


def _when(chance: random.Random) -> dict[str, Any]:
    """Nine of ten have an exact time."""
    starts = FIRST_DAY + timedelta(days=chance.randrange(DAYS), minutes=30 * chance.randrange(12))
    if chance.random() < 0.1:
        season = f"{starts.year}-{21 + starts.month % 4}"
        return {
            "edtf": chance.choice([f"{starts:%Y-%m}", f"{starts:%Y}?", season, f"{starts:%Y-%m}/{starts.year + 1}"])
        }
    return {
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(minutes=90)).isoformat(),
        "timezone": chance.choice(ZONES),
    }
