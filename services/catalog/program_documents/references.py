"""Checking a program document's references by slug: to organizations, terms, series and sessions.

They are found by patterns in the raw document, so that all references are checked even if it has other errors.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from services.catalog.entries import queries as entries
from services.catalog.program_documents import queries
from services.catalog.program_documents.queries import KnownSlug
from services.catalog.taxonomy.vocabularies import VOCABULARIES

# Patterns of definitions and of references in a document → the kind, or the vocabulary of a term.
DEFINITIONS = {
    "organizations.*.slug": "organization",
    "series.*.slug": "series",
    "sessions.*.slug": "session",
    "announcements.*.slug": "announcement",
    **{f"vocabularies.{name}.*.slug": name for name in VOCABULARIES},
}
REFERENCES = {
    "initiative.partners.*.organization": "organization",
    "initiative.funding.funder": "organization",
    "series.*.audience.library_types.*": "library_type",
    "series.*.audience.community_sizes.*": "community_size",
    "series.*.completion.sessions.*": "session",
    "series.*.completion.invites_to": "session",
    "sessions.*.series": "series",
    "sessions.*.organizations.*.organization": "organization",
    "sessions.*.presenters.*.organization": "organization",
    "announcements.*.sessions.*": "session",
    **{f"{part}.*.terms.{name}.*": name for part in ("sessions", "announcements") for name in VOCABULARIES},
}
OWNED = ("series", "session", "announcement")
Errors = dict[str, list[str]]


@dataclass(frozen=True)
class SlugReference:
    """A slug at `path` of a document."""

    path: str
    kind: str
    slug: str


def check(conn: Connection, document: Any) -> Errors:
    """Return the errors of a program document's slugs, by path."""
    defined, referred = list(_find_all(document, DEFINITIONS)), list(_find_all(document, REFERENCES))
    initiative = next((slug for _, slug in _find(document, ["initiative", "slug"])), "")
    slugs = list({named.slug for named in (*defined, *referred)})
    known = {(found.kind, found.slug): found for found in queries.select_known(conn, slugs)}
    errors = _find_twice(defined)
    for named in defined:
        found = known.get((named.kind, named.slug))
        if found and named.kind in OWNED and found.initiative != initiative:
            errors.setdefault(named.path, []).append(f"Belongs to another initiative: {found.initiative}.")
    for (kind, slug), present in entries.select_renamed(conn, slugs).items():
        for named in defined:
            if (named.kind, named.slug) == (kind, slug) and (kind, slug) not in known:
                errors.setdefault(named.path, []).append(f"Is called {present} now.")
    here = {(named.kind, named.slug) for named in defined}
    for named in referred:
        found = known.get((named.kind, named.slug))
        if (named.kind, named.slug) not in here and (
            not found or (named.kind in OWNED and found.initiative != initiative)
        ):
            errors.setdefault(named.path, []).append(f"There is no {named.kind.replace('_', ' ')} {named.slug}.")
    return errors | _find_strangers(document, known)


def check_part(conn: Connection, member: str, part: dict[str, Any], *, initiative: str) -> Errors:
    """Return the errors of one part's slugs; `member` is where it would be in a program document."""
    if member == "initiative":
        document, prefix = {"initiative": part}, "initiative."
    else:
        document, prefix = {"initiative": {"slug": initiative}, member: [part]}, f"{member}.0."
    return {path.removeprefix(prefix): messages for path, messages in check(conn, document).items()}


def _find_all(document: Any, patterns: dict[str, str]) -> Iterator[SlugReference]:
    for pattern, kind in patterns.items():
        for path, slug in _find(document, pattern.split(".")):
            yield SlugReference(path, kind, slug)


def _find(value: Any, steps: list[str], *path: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of each text at the end of these steps; values of another shape are skipped."""
    if not steps:
        if isinstance(value, str):
            yield ".".join(path), value
        return
    step, *rest = steps
    if step == "*" and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _find(item, rest, *path, str(number))
    elif isinstance(value, dict) and step in value:
        yield from _find(value[step], rest, *path, step)


def _find_twice(defined: Iterable[SlugReference]) -> Errors:
    errors: Errors = {}
    seen: Counter[tuple[str, str]] = Counter()
    for named in defined:
        seen[named.kind, named.slug] += 1
        if seen[named.kind, named.slug] > 1:
            errors[named.path] = [f"{named.slug} is defined twice."]
    return errors


def _find_strangers(document: Any, known: dict[tuple[str, str], KnownSlug]) -> Errors:
    """Return errors for sessions that shall complete a series to which they do not belong."""
    belongs = {slug: found.series for (kind, slug), found in known.items() if kind == "session"}
    parts = document.get("sessions") if isinstance(document, dict) else None
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            belongs[str(part.get("slug"))] = part.get("series")
    errors: Errors = {}
    for path, slug in _find(document, ["series", "*", "completion", "sessions", "*"]):
        series = document["series"][int(path.split(".")[1])].get("slug")
        if slug in belongs and belongs[slug] != series:
            errors[path] = [f"{slug} is not a session of this series."]
    return errors
