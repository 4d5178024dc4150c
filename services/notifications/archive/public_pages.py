"""The archive: issues for anybody to read, and their feed (Atom, RFC 4287)."""

from datetime import UTC, datetime

from feedgen.feed import FeedGenerator
from flask import Response

from services.notifications.archive import queries
from services.notifications.archive.queries import ArchivedIssue
from services.notifications.formats.mail_headers import parse_mailbox
from services.notifications.rendering.links import Links
from shared.date_labels import label_long_date
from shared.errors import NotFound
from shared.http.pages import Pages, respond
from shared.runtime import connection, settings

pages = Pages("archive", url_prefix="/notifications/archive")

MOST, IN_FEED = 200, 50
CACHED = "public, max-age=60"
# When nothing was sent yet: a feed must say when it last changed, and must not change by being read.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@pages.get("")
def show_archive() -> Response:
    """Every issue, the newest first."""
    with connection() as conn:
        found = queries.select_archive(conn, limit=MOST)
    issues = [(issue, label_long_date(issue.begun_at.astimezone(UTC))) for issue in found]
    return respond("archive.html", cache_control=CACHED, sender=_sender(), issues=issues)


@pages.get("/<slug>")
def show_archived(slug: str) -> Response:
    """An issue."""
    with connection() as conn:
        found = queries.select_archive(conn, slug=slug, limit=1)
        if not found:
            raise NotFound("There is no such issue.")
        [issue] = found
        older, newer = queries.select_neighbours(conn, issue)
    return respond(
        "issue.html",
        cache_control=CACHED,
        sender=_sender(),
        issue=issue,
        day=label_long_date(issue.begun_at.astimezone(UTC)),
        older=older,
        newer=newer,
    )


@pages.get("/feed.atom")
def show_feed() -> Response:
    """The last issues, for feed readers."""
    with connection() as conn:
        found = queries.select_archive(conn, limit=IN_FEED)
    response = Response(_write(found), content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = CACHED
    return response


def _write(issues: list[ArchivedIssue]) -> bytes:
    links, here = Links(settings()), f"{settings().public_url}/notifications/archive"
    feed = FeedGenerator()
    feed.id(f"{here}/feed.atom")
    feed.title(f"The newsletter of {_sender()}")
    feed.language("en")
    feed.author(name=_sender())
    feed.link(href=here, rel="alternate")
    feed.link(href=f"{here}/feed.atom", rel="self")
    feed.updated(max([BEGINNING, *(issue.begun_at for issue in issues)]))
    for issue in issues:
        entry = feed.add_entry(order="append")
        entry.id(f"urn:uuid:{issue.id}")
        entry.title(issue.subject)
        entry.link(href=links.archived(issue.slug))
        entry.published(issue.begun_at)
        entry.updated(issue.begun_at)
        entry.summary(issue.preheader or issue.subject)
        entry.content(issue.content, type="html")
    return feed.atom_str()


def _sender() -> str:
    mailbox = parse_mailbox(settings().mail_from)
    return mailbox.name or mailbox.address
