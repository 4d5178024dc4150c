"""Parts of documents that do not depend on the kind of entry."""

from services.catalog.entries import urls
from services.catalog.entries.queries import Document, Entry


def name_of(document: Document) -> str:
    """Return the display name: organizations have names, vocabularies labels, all others titles."""
    return document.get("title") or document.get("label") or document["name"]


def with_links(kind: str, document: Document, slug: str) -> Document:
    """Return the document with the `links` of its kind."""
    return {**document, "links": urls.links_of(kind, slug)}


def present_plain(_conn: object, entry: Entry) -> Document:
    """Return the public document of an entry whose kind adds only links."""
    return with_links(entry.kind, entry.document, entry.slug)
