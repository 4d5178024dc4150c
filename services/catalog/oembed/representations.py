"""oEmbed responses (https://oembed.com). Embedded content is text and links, without scripts, styles or anything to
load.
"""

import re
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from markupsafe import Markup

from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.public_layout import page_rendering
from shared.http.pages import SITE

KINDS = {urls.COLLECTIONS[kind]: kind for kind in ("session", "series", "announcement")} | {"recordings": "session"}
PATH = re.compile(r"/catalog/(?P<collection>[a-z]+)/(?P<slug>[a-z0-9-]+)")
WIDTH, HEIGHT = 600, 240
# Seconds that a site may cache the response.
KEEP = 3600


def find_page(address: str) -> tuple[str, str] | None:
    """Return the kind and slug of the page at this URL; None if it is not ours."""
    try:
        asked, ours = urlsplit(address), urlsplit(page_rendering.home())
    except ValueError:
        return None
    match = PATH.fullmatch(asked.path.removeprefix(ours.path.removesuffix("/catalog/")))
    if (asked.scheme.lower(), asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()) or not match:
        return None
    kind = KINDS.get(match["collection"])
    return (kind, match["slug"]) if kind else None


def describe(kind: str, document: Document, *, width: int | None, height: int | None) -> dict[str, Any]:
    """Return the response: rich text for a session, a link for other entries."""
    common = {
        "version": "1.0",
        "type": "link",
        "title": document["title"],
        "provider_name": SITE,
        "provider_url": page_rendering.home(),
        "cache_age": KEEP,
    }
    if kind != "session":
        return common
    return common | {
        "type": "rich",
        "html": str(_quote(document)),
        "width": min(width or WIDTH, WIDTH),
        "height": min(height or HEIGHT, HEIGHT),
    }


def write_xml(answer: dict[str, Any]) -> bytes:
    """Return the response as XML."""
    root = ElementTree.Element("oembed")
    for name, value in answer.items():
        ElementTree.SubElement(root, name).text = str(value)
    return ElementTree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _quote(session: Document) -> Markup:
    """Return a session in a few lines of HTML; all values are escaped."""
    page = session["links"]["page"]
    title = Markup('<p><a href="{}">{}</a></p>').format(page, session["title"])
    if session["status"] == "cancelled":
        title += Markup("<p><strong>Cancelled</strong></p>")
    when = Markup("<p>{} · {}</p>").format(session["when"]["label"], session["format"])
    summary = (
        Markup("<p>{}</p>").format(page_rendering.shorten(session["summary"])) if session["summary"] else Markup("")
    )
    watch = Markup("")
    if session["recording"]:
        player = f"{page_rendering.home()}recordings/{session['slug']}"
        watch = Markup('<p><a href="{}">Watch the recording</a></p>').format(player)
    return Markup('<blockquote cite="{}">{}{}{}{}</blockquote>').format(page, title, when, summary, watch)
