"""`/catalog/widget.js`, and `/catalog/widget`, the page that makes the code to paste."""

from functools import cache
from typing import Any

from flask import Response, request

from services.catalog.public_layout import page_rendering
from services.catalog.public_layout import queries as public_layout
from services.catalog.public_layout.page_rendering import PageHead
from services.catalog.taxonomy.vocabularies import FORMATS
from services.catalog.widget.embed_code import attributes_of, write_code, write_element
from services.catalog.widget.schemas import WidgetQuery
from shared import runtime
from shared.http import conditional
from shared.http.forms import Form
from shared.http.pages import IMMUTABLE, SERVICES, Pages, parse_query
from shared.runtime import connection

pages = Pages("widget", url_prefix="/catalog")
FILE = SERVICES / "catalog" / "static" / "widget.js"
# Sites get a change within minutes; the previous version keeps working.
SHORT = "public, max-age=300, stale-while-revalidate=86400"
VOCABULARIES = ["library_type", "topic", "job_function", "community_size"]
MOST_SERIES = 100


@pages.get("/widget.js")
def show_script() -> Response:
    """Serve the current component, for any site."""
    return _give(SHORT)


@pages.get("/widget/<version>.js")
def show_version(version: str) -> Response:
    """Serve the component at a versioned URL, which never changes; for an unknown version, the current one."""
    return _give(IMMUTABLE if version == _version() else SHORT)


@pages.get("/widget")
def show_builder() -> Response:
    """Show the choices, a preview and the code. All choices are in the URL."""
    wanted = parse_query(WidgetQuery())
    attributes = attributes_of(wanted)
    script = f"{runtime.settings().public_url}/catalog/widget.js"
    with connection() as conn:
        terms = public_layout.select_terms(conn, VOCABULARIES)
        series = public_layout.select_series(conn, limit=MOST_SERIES)
    headings = {one.vocabulary: one.heading for one in terms}
    choices = {name: [(one.slug, one.label) for one in terms if one.vocabulary == name] for name in headings}
    page = PageHead(
        template="widget.html",
        title="Sessions on your own page",
        description="Show sessions of this catalog on the pages of your library: choose, then paste two lines.",
        address=f"{page_rendering.home()}widget",
        crumbs=[("Catalog", page_rendering.home())],
        things=[],
    )
    return page_rendering.respond(
        page,
        form=Form(request.args),
        formats=[(name, name.capitalize()) for name in FORMATS],
        series=[(one["slug"], one["title"]) for one in series],
        vocabularies=[(name, headings[name], choices[name]) for name in VOCABULARIES if name in headings],
        element=write_element(attributes),
        code=write_code(attributes, script=script),
    )


def _give(cache_control: str) -> Response:
    etag = _version()
    response: Any = conditional.not_modified(etag) or Response(FILE.read_bytes(), content_type="text/javascript")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return conditional.tag(response, etag, cache_control=cache_control)


@cache
def _version() -> str:
    return conditional.make_etag(FILE.read_text())[:12]
