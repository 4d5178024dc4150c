"""The filters of the home page: the available values with counts, and the active ones with links that remove them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Any
from urllib.parse import urlencode

from psycopg import Connection
from werkzeug.datastructures import MultiDict

from services.catalog.discovery import listing
from services.catalog.discovery.listing import SessionCounts
from services.catalog.public_layout import queries as public_layout
from services.catalog.taxonomy.vocabularies import FORMATS, VOCABULARIES

HOME = "/catalog/"
# Limit on the values shown per filter; there may be thousands of series and organizations.
MOST = 12
# Sessions that began within a day count as upcoming, since they may still be running.
BEGUN = timedelta(days=1)
# Headings of the filters, and labels of their fixed values.
HEADINGS = {
    "when": "Date",
    "format": "Format",
    "registration": "Registration",
    "recorded": "Recording",
    "library_type": "Library type",
    "topic": "Topic",
    "audience": "Audience",
    "job_function": "Job function",
    "community_size": "Community size",
    "budget": "Budget",
    "series": "Series",
    "organization": "Organization",
}
NAMES = {
    "when": {"coming": "Coming up", "past": "Past"},
    "format": {"webinar": "Webinar", "workshop": "Workshop"},
    "registration": {"open": "Open to anyone", "invitation": "By invitation", "closed": "Closed"},
    "recorded": {"true": "Can be watched"},
}
# Filters set only by links from other pages; shown only when active.
LINKED = {"initiative": "Initiative", "starts_after": "From", "starts_before": "Before", "recorded": "Recording"}
TITLED = {"series": "series", "organization": "organization", "initiative": "initiative"}


@dataclass(frozen=True)
class FilterOption:
    """A value of a filter, and how many sessions have it under the other filters."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class FilterGroup:
    """A filter with its options. It is expanded (`open`) if one of them is active, or if most readers want it."""

    name: str
    heading: str
    options: list[FilterOption]
    open: bool


@dataclass(frozen=True)
class ActiveFilter:
    """An active value, and the URL of the page without it."""

    heading: str
    label: str
    without: str


@dataclass(frozen=True)
class Facets:
    """All filters; `total` is the number of matching sessions."""

    total: int
    coming: int
    past: int
    groups: list[FilterGroup]
    chosen: list[ActiveFilter]


def narrow(asked: dict[str, Any], when: str | None = None, *, now: datetime) -> dict[str, Any]:
    """Translate the page's filters to those of the API, for one `when` or for all that are active."""
    filters = {name: value for name, value in asked.items() if name not in ("when", "cursor")}
    chosen = set(asked.get("when") or ()) if when is None else {when}
    if chosen == {"coming"}:
        return filters | _coming(filters, now)
    if chosen == {"past"}:
        return filters | {"status": ["held", "cancelled"]}
    return filters


def describe(conn: Connection, asked: dict[str, Any], given: MultiDict[str, str], *, now: datetime) -> Facets:
    """Return the filters for this query; `given` are the URL's parameters."""
    filters = narrow(asked, now=now)
    counts = listing.count(
        filters,
        {"format": FORMATS, "registration": ("open", "invitation", "closed"), "recorded": ("true",)}
        | dict.fromkeys(("series", "organization")),
    )
    coming, past = (listing.count(narrow(asked, when, now=now), {}).total for when in ("coming", "past"))
    titles = _titles(conn, counts, given)
    headings = HEADINGS | public_layout.select_headings(conn)
    found = _values(counts, titles) | {"when": _named("when", {"coming": coming, "past": past})}
    groups = [_group(name, headings[name], found[name], given, titles) for name in HEADINGS]
    return Facets(
        counts.total,
        coming,
        past,
        [group for group in groups if group.options],
        _chosen(given, headings | LINKED, {group.name: group for group in groups}, titles),
    )


def address(given: MultiDict[str, str], **changed: str | None) -> str:
    """Return the home page's path with these parameters, some of them replaced."""
    kept = [pair for pair in given.items(multi=True) if pair[0] not in ("cursor", *changed)]
    query = urlencode([*kept, *((name, value) for name, value in changed.items() if value)])
    return f"{HOME}?{query}" if query else HOME


def _coming(filters: dict[str, Any], now: datetime) -> dict[str, Any]:
    begun = now - BEGUN
    after: datetime | None = filters.get("starts_after")
    return {"status": ["planned", "scheduled"], "starts_after": max(after, begun) if after else begun}


def _titles(conn: Connection, counts: SessionCounts, given: MultiDict[str, str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, kind in TITLED.items():
        most = _most(counts.values.get(name, {}))
        slugs = sorted({*most, *given.getlist(name)})
        found |= {(name, slug): title for slug, title in public_layout.select_titles(conn, kind, slugs).items()}
    return found


def _most(counted: dict[str, int]) -> list[str]:
    there = [value for value, count in counted.items() if count]
    return nlargest(MOST, there, key=lambda value: (counted[value], value))


def _values(counts: SessionCounts, titles: dict[tuple[str, str], str]) -> dict[str, list[tuple[str, str, int]]]:
    """Return (value, label, count) of the values that occur, by filter."""
    found = {name: [(one["slug"], one["label"], one["count"]) for one in counts.terms[name]] for name in VOCABULARIES}
    for name in ("format", "registration", "recorded"):
        found[name] = _named(name, counts.values[name])
    for name in ("series", "organization"):
        counted = counts.values[name]
        named = [(slug, titles[name, slug], counted[slug]) for slug in _most(counted) if (name, slug) in titles]
        found[name] = sorted(named, key=lambda one: one[1].casefold())
    return found


def _named(name: str, counted: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(value, label, counted[value]) for value, label in NAMES[name].items() if counted[value]]


def _group(
    name: str,
    heading: str,
    found: list[tuple[str, str, int]],
    given: MultiDict[str, str],
    titles: dict[tuple[str, str], str],
) -> FilterGroup:
    chosen = set(given.getlist(name))
    options = [FilterOption(value, label, count, value in chosen) for value, label, count in found]
    known = {option.value for option in options}
    for value in sorted(chosen - known):
        label = titles.get((name, value)) or NAMES.get(name, {}).get(value)
        if label or name in VOCABULARIES:
            options.append(FilterOption(value, label or value.replace("-", " ").capitalize(), 0, chosen=True))
    return FilterGroup(name, heading, options, open=bool(chosen) or name in ("when", "format", "library_type", "topic"))


def _chosen(
    given: MultiDict[str, str],
    headings: dict[str, str],
    groups: dict[str, FilterGroup],
    titles: dict[tuple[str, str], str],
) -> list[ActiveFilter]:
    found: list[ActiveFilter] = []
    for name, value in given.items(multi=True):
        if name not in headings or not value:
            continue
        options = groups[name].options if name in groups else []
        labels = {option.value: option.label for option in options}
        label = labels.get(value) or titles.get((name, value)) or (value if name not in TITLED else None)
        if label:
            rest = MultiDict(pair for pair in given.items(multi=True) if pair != (name, value))
            found.append(ActiveFilter(headings[name], label, address(rest)))
    return found
