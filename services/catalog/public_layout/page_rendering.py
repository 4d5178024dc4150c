"""Rendering public pages from templates. User texts are escaped values; Markdown was sanitized when it was stored."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Response

from services.catalog.dates.durations import read_duration
from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.entries.responses import answer_bytes
from services.catalog.public_layout import json_ld, json_ld_nodes
from shared import runtime
from shared.date_labels import label_badge, label_full_date, label_length, label_moment, label_span
from shared.http import pages


def crumbs(*above: tuple[str, Document]) -> list[tuple[str, str]]:
    lead = [("Catalog", home())]
    return lead + [(one["title"], urls.page_of(kind, one["slug"])) for kind, one in above]


def crumbs_of(session: Document) -> list[tuple[str, str]]:
    """Return the breadcrumbs of a session's page."""
    above = [("initiative", session["initiative"]), ("series", session["series"])]
    return crumbs(*(crumb for crumb in above if crumb[1]))


DESCRIBED = 300


@dataclass(frozen=True, kw_only=True)
class PageHead:
    """The contents of a page's head. `crumbs` lead to the page from the home page, without the page itself."""

    template: str
    title: str
    description: str
    address: str
    things: list[json_ld_nodes.Node]
    crumbs: list[tuple[str, str]] = field(default_factory=list)
    kind: str = "website"
    json: str | None = None
    calendar: str | None = None
    embeddable: bool = False


def respond(page: PageHead, *, status: int = 200, policy: dict[str, str] | None = None, **values: Any) -> Response:
    """Return the page, the same for every reader; `policy` adds to its Content-Security-Policy. Only pages with status
    200 are cached.
    """
    crumbs = [*page.crumbs, (page.title, page.address)]
    _prepare()
    text = pages.render(
        page.template,
        page=page,
        description=shorten(page.description or page.title),
        crumbs=page.crumbs,
        oembed=oembed_of(page.address) if page.embeddable else None,
        json_ld=json_ld.script([*page.things, *([json_ld.breadcrumbs(crumbs)] if page.crumbs else [])]),
        **values,
    )
    if status == 200:
        return pages.protect(answer_bytes(text.encode(), pages.HTML), policy)
    response = Response(text, status, content_type=pages.HTML)
    response.headers["Cache-Control"] = "no-store"
    return pages.protect(response, policy)


def home() -> str:
    """Return the URL of the home page."""
    return f"{runtime.settings().public_url}/catalog/"


def feed(name: str) -> str:
    """Return the URL of a feed."""
    return f"{home()}{name}"


def shorten(text: str) -> str:
    """Return the text on one line, cut at a word if it is long."""
    line = " ".join(text.split())
    return line if len(line) <= DESCRIBED else f"{line[:DESCRIBED].rsplit(' ', 1)[0]} …"


def oembed_of(address: str) -> str:
    """Return the oEmbed URL of a page, without the format."""
    return f"{feed('oembed')}?{urlencode({'url': address})}"


def _day(moment: str) -> str:
    return label_full_date(datetime.fromisoformat(moment))


def _moment(moment: str) -> str:
    return label_moment(datetime.fromisoformat(moment))


def _length(duration: str) -> str:
    return label_length(read_duration(duration))


def _host(address: str) -> str:
    return urlsplit(address).hostname or address


def _prefilled(title: str, address: str) -> str:
    """Return a mailto link that recommends a page."""
    return f"mailto:?{urlencode({'subject': title, 'body': f'{title}: {address}'}, quote_via=quote)}"


def _picture() -> str:
    """Return the URL of the preview picture of links, 1200 by 630 pixels."""
    return f"{runtime.settings().public_url}{pages.asset('card.png')}"


def _filtered(name: str, value: str) -> str:
    """Return the home page's path with one filter."""
    return f"/catalog/?{urlencode({name: value})}"


@cache
def _prepare() -> None:
    """Add the catalog's functions and filters to the template environment."""
    environment = pages.environment("catalog")
    environment.globals.update(
        page_of=urls.page_of,
        feed=feed,
        home=home,
        recording_of=urls.recording_page,
        mail_of=_prefilled,
        filtered=_filtered,
        picture=_picture,
    )
    environment.filters.update(
        day=_day, moment=_moment, badge=label_badge, span=label_span, length_of=_length, host=_host
    )
