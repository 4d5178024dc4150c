"""Entries as Dublin Core (https://www.openarchives.org/OAI/2.0/guidelines-oai_dc.htm)."""

from collections.abc import Iterator

from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.harvesting.queries import HarvestedEntry

CREATORS = ("facilitator",)


def describe(entry: HarvestedEntry) -> dict[str, list[str]]:
    """Return the elements of Dublin Core and their values."""
    document = entry.document
    elements = {
        "title": [document["title"]],
        "creator": list(_involved(document, creating=True)),
        "contributor": list(_involved(document, creating=False)),
        "subject": sorted({term for terms in document.get("terms", {}).values() for term in terms}),
        "description": [document["summary"] or document.get("description") or document.get("body", "")],
        "date": [_date(document)],
        "type": list(_types(entry)),
        "identifier": [urls.page_of(entry.kind, entry.slug)],
        "relation": list(_relations(document)),
        "language": ["en"],
    }
    return {name: [value for value in values if value] for name, values in elements.items()}


def _involved(document: Document, *, creating: bool) -> Iterator[str]:
    for one in [*document.get("organizations", []), *document.get("partners", [])]:
        if (one["role"] in CREATORS) == creating:
            yield one["name"]
    if creating:
        yield from (presenter["name"] for presenter in document.get("presenters", []))


def _date(document: Document) -> str:
    when = document.get("when") or {}
    return when.get("starts_at") or when.get("edtf") or document.get("published_at", "")


def _types(entry: HarvestedEntry) -> Iterator[str]:
    """Yield types of the DCMI Type Vocabulary."""
    yield {"session": "Event", "series": "Event", "initiative": "Collection"}.get(entry.kind, "Text")
    if entry.document.get("recording"):
        yield "MovingImage"


def _relations(document: Document) -> Iterator[str]:
    for kind in ("series", "initiative"):
        if isinstance(above := document.get(kind), dict):
            yield urls.page_of(kind, above["slug"])
