"""The sitemap (https://www.sitemaps.org, 0.9), in parts if there are many pages."""

from collections.abc import Iterable
from xml.etree import ElementTree

from services.catalog.entries import urls
from services.catalog.public_layout import page_rendering
from services.catalog.sitemap.queries import SitemapPage, SitemapPart

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The protocol permits 50,000; with fewer, no answer needs much memory.
SIZE = 10_000


def urlset(found: Iterable[SitemapPage], *, with_home: bool) -> bytes:
    """Return the URLs of these pages, and of the home page."""
    entries = [(urls.page_of(one.kind, one.slug), one.updated_at.isoformat()) for one in found]
    return _document("urlset", "url", [*([(page_rendering.home(), None)] if with_home else []), *entries])


def index(parts: Iterable[SitemapPart]) -> bytes:
    """Return the URLs of the sitemap's parts."""
    named = enumerate(parts, 1)
    entries = [(page_rendering.feed(f"sitemap-{number}.xml"), part.updated_at.isoformat()) for number, part in named]
    return _document("sitemapindex", "sitemap", entries)


def _document(root: str, name: str, entries: Iterable[tuple[str, str | None]]) -> bytes:
    document = ElementTree.Element(root, xmlns=NAMESPACE)
    for address, changed in entries:
        entry = ElementTree.SubElement(document, name)
        ElementTree.SubElement(entry, "loc").text = address
        if changed:
            ElementTree.SubElement(entry, "lastmod").text = changed
    return ElementTree.tostring(document, xml_declaration=True, encoding="UTF-8")
