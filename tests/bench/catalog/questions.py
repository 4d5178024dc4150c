"""Questions that nobody has asked before, the same at every run, and which of them the catalog understands."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote_plus

from tests.bench.catalog import programme
from tests.bench.client import Client

SESSIONS, SEARCH = "/catalog/v1/sessions", "/catalog/v1/search"
PROBES = {
    **{name: f"{SESSIONS}?{name}={programme.terms_of(name)[0]}" for name in programme.TERMS},
    "organization": f"{SESSIONS}?organization={programme.organizations()[0]}",
    "q": f"{SESSIONS}?q=word",
    "facets": f"{SESSIONS}?facets=true",
    "search": f"{SEARCH}?q=word",
}


def probe(client: Client) -> set[str]:
    """The names of those PROBES that are answered with 200."""
    return {name for name, path in PROBES.items() if client.ask(path).status == 200}


@dataclass
class Questions:
    """Made of what the catalog `knows`."""

    knows: set[str]
    seed: int = programme.SEED

    def __post_init__(self) -> None:
        self.words = programme.language()
        self.chance = self.words.chance = random.Random(self.seed)
        self.asked: set[str] = set()

    def filtered(self) -> str:
        """A list by filters."""
        return self._new(lambda: f"{SESSIONS}?{self._filters()}")

    def faceted(self) -> str:
        """A list by filters, with facets where the catalog has them."""
        facets = "&facets=true" if "facets" in self.knows else ""
        return self._new(lambda: f"{SESSIONS}?{self._filters()}{facets}")

    def search(self) -> str:
        return self._new(lambda: f"{SEARCH}?q={quote_plus(self._words())}")

    def of_any_kind(self) -> Iterator[str]:
        """Without end."""
        kinds = [self.filtered, self.faceted, *([self.search] if "search" in self.knows else [])]
        while True:
            for kind in kinds:
                yield kind()

    def _filters(self) -> str:
        chance = self.chance
        vocabularies = [name for name in programme.TERMS if name in self.knows]
        chosen = chance.sample(vocabularies, min(2, len(vocabularies)))
        filters = [f"{name}={chance.choice(programme.terms_of(name))}" for name in chosen]
        if chance.random() < 0.5:
            filters.append(f"format={chance.choice(['webinar', 'workshop'])}")
        if "organization" in self.knows and chance.random() < 0.1:
            filters.append(f"organization={chance.choice(programme.organizations())}")
        if "q" in self.knows and chance.random() < 0.2:
            filters.append(f"q={self.words.some(1)[0]}")
        moment = programme.FIRST_DAY + timedelta(seconds=chance.randrange(programme.DAYS * 86400))
        return "&".join([*filters, f"starts_after={moment:%Y-%m-%dT%H:%M:%SZ}"])

    def _words(self) -> str:
        return " ".join(self.words.some(self.chance.choice((1, 2, 2, 3))))

    def _new(self, make: Callable[[], str]) -> str:
        while (question := make()) in self.asked:
            pass
        self.asked.add(question)
        return question
