"""Announcements and recordings as news feeds: Atom (RFC 4287) with tombstones (RFC 6721), and RSS 2.0."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.feeds.queries import WithdrawnEntry
from shared import runtime

TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
# The time of an empty feed: a feed must have one, and reading must not change it.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class FeedItem:
    """One item of a feed; `published` and `updated` are timezone-aware."""

    id: str
    title: str
    page: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    terms: list[str] = field(default_factory=list)


def announced(document: Document) -> FeedItem:
    """Return the item of an announcement."""
    return FeedItem(
        id=document["id"],
        title=document["title"],
        page=urls.page_of("announcement", document["slug"]),
        summary=document["summary"],
        html=document["body_html"],
        published=datetime.fromisoformat(document["published_at"]),
        updated=datetime.fromisoformat(document["updated_at"]),
        terms=sorted({term for terms in document["terms"].values() for term in terms}),
    )


def recorded(document: Document) -> FeedItem:
    """Return the item of a session with a recording."""
    return FeedItem(
        id=document["id"],
        title=document["title"],
        page=urls.page_of("session", document["slug"]),
        summary=document["summary"],
        html=document["description_html"],
        published=datetime.fromisoformat(document["recording"]["published_at"]),
        updated=datetime.fromisoformat(document["updated_at"]),
        terms=sorted({term for terms in document["terms"].values() for term in terms}),
    )


def write_atom(title: str, path: str, items: list[FeedItem], withdrawn: list[WithdrawnEntry]) -> bytes:
    """Return an Atom feed at `path`. The same items give the same bytes."""
    feed = _make(title, path, items)
    feed.updated(max([BEGINNING, *(item.updated for item in items), *(one.withdrawn_at for one in withdrawn)]))
    root = etree.fromstring(feed.atom_str())
    etree.cleanup_namespaces(root, top_nsmap={None: root.nsmap[None], "at": TOMBSTONES}, keep_ns_prefixes=["at"])
    for one in withdrawn:
        when = one.withdrawn_at.astimezone(UTC).isoformat(timespec="seconds")
        etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", ref=f"urn:uuid:{one.id}", when=when)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def write_rss(title: str, path: str, items: list[FeedItem]) -> bytes:
    """Return the feed as RSS, which has no tombstones."""
    feed = _make(title, path, items)
    feed.lastBuildDate(max([BEGINNING, *(item.updated for item in items)]))
    return feed.rss_str()


def _make(title: str, path: str, items: list[FeedItem]) -> FeedGenerator:
    origin = runtime.settings().public_url
    feed = FeedGenerator()
    feed.id(origin + path)
    feed.title(title)
    feed.description(title)
    feed.language("en")
    feed.author(name="Convene")
    feed.link(href=f"{origin}/catalog/", rel="alternate")
    feed.link(href=origin + path, rel="self")
    feed.generator("Convene")
    for item in items:
        entry = feed.add_entry(order="append")
        entry.id(f"urn:uuid:{item.id}")
        entry.guid(f"urn:uuid:{item.id}", permalink=False)
        entry.title(item.title)
        entry.link(href=item.page, rel="alternate")
        entry.published(item.published)
        entry.updated(item.updated)
        if item.summary:
            entry.summary(item.summary)
        if item.html:
            entry.content(item.html, type="html")
        for term in item.terms:
            entry.category(term=term)
    return feed
