"""`/catalog/…/<slug>`: one HTML page per entry. Pages are no part of the API and may change at any time."""

from flask import Response

from services.catalog.entry_pages import page_contents
from shared.http.forms import Form
from shared.http.pages import Pages

pages = Pages("pages", url_prefix="/catalog")


@pages.get("/initiatives/<slug>")
def show_initiative(slug: str) -> Response:
    return page_contents.render_initiative(slug)


@pages.get("/series/<slug>")
def show_series(slug: str) -> Response:
    return page_contents.render_series(slug)


@pages.get("/sessions/<slug>")
def show_session(slug: str) -> Response:
    return page_contents.render_session(slug, Form())


@pages.get("/announcements/<slug>")
def show_announcement(slug: str) -> Response:
    return page_contents.render_announcement(slug, Form())


@pages.get("/organizations/<slug>")
def show_organization(slug: str) -> Response:
    return page_contents.render_organization(slug)
