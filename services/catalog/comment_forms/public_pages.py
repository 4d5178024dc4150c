"""Comments sent from a page. Like those sent to the API, they wait for approval by staff."""

from collections.abc import Callable

from flask import Response

from services.catalog.comments import domain as comments
from services.catalog.comments.schemas import CommentInputSchema
from services.catalog.entries import urls, visibility
from services.catalog.entry_pages.page_contents import render_announcement, render_session
from services.catalog.kinds import domain as kinds
from services.catalog.public_layout import page_rendering
from services.catalog.public_layout.page_rendering import PageHead
from shared.errors import TooMany
from shared.http import forms, request_limits
from shared.http.client_address import client_network
from shared.http.pages import Pages
from shared.http.request_limits import rate_limited
from shared.http.responses import see_other
from shared.runtime import connection, settings, transaction

pages = Pages("talking", url_prefix="/catalog")


@pages.form("/sessions/<slug>/comments")
@rate_limited
def comment_on_session(slug: str) -> Response:
    """Receive a comment on a session."""
    return _receive("session", slug, render_session)


@pages.form("/announcements/<slug>/comments")
@rate_limited
def comment_on_announcement(slug: str) -> Response:
    """Receive a comment on an announcement."""
    return _receive("announcement", slug, render_announcement)


@pages.get("/sessions/<slug>/comments")
def thank_for_session(slug: str) -> Response:
    """Confirm that the comment was received."""
    return _thank("session", slug)


@pages.get("/announcements/<slug>/comments")
def thank_for_announcement(slug: str) -> Response:
    """Confirm that the comment was received."""
    return _thank("announcement", slug)


def _receive(kind: str, slug: str, show: Callable[..., Response]) -> Response:
    comment, form = forms.parse_form(CommentInputSchema())
    if not form:
        return show(slug, form, status=422)
    try:
        with transaction() as conn:
            entry = visibility.find_visible(conn, kind, slug)
            _, new = comments.receive(conn, entry.id, **comment, network=client_network())
            if new:
                request_limits.consume(conn, [comments.charge(client_network(), most=settings().comments_per_network)])
    except TooMany as error:
        response = show(slug, form.add_errors({"body": [error.detail]}), status=error.status)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    return see_other(f"{urls.page_path(kind, slug)}/comments")


def _thank(kind: str, slug: str) -> Response:
    with connection() as conn:
        document = kinds.present_entry(conn, visibility.find_visible(conn, kind, slug))
    address = document["links"]["page"]
    page = PageHead(
        template="thanks.html",
        title="Thank you for your comment",
        description="It appears once somebody has read it.",
        address=f"{address}/comments",
        crumbs=[("Catalog", page_rendering.home()), (document["title"], address)],
        things=[],
    )
    return page_rendering.respond(page, document=document)
