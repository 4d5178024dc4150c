"""`/catalog/….ics`, `.atom` and `.rss`."""

from datetime import timedelta
from typing import Any

from flask import Response

from services.catalog.announcements.queries import select_newest
from services.catalog.discovery.listing import find_documents
from services.catalog.entries import visibility
from services.catalog.entries.queries import select_entry
from services.catalog.entries.responses import answer_bytes
from services.catalog.feeds import calendars, news, queries
from services.catalog.feeds.schemas import CalendarQuery
from shared import runtime
from shared.errors import NotFound
from shared.http import Blueprint
from shared.runtime import connection

CALENDAR, ATOM, RSS = "text/calendar; charset=utf-8", "application/atom+xml; charset=utf-8", "application/rss+xml"
# How many days back a calendar goes by default, and for how many days withdrawals are listed.
DAYS = 90
MOST, NEWEST = 1000, 50
public = Blueprint("feeds", __name__, url_prefix="/catalog", public=True, description="Calendars and news feeds")


@public.get("/sessions.ics")
@public.arguments(CalendarQuery, location="query")
@public.response(200, {"type": "string"}, content_type="text/calendar")
def show_calendar(query: dict[str, Any]) -> Response:
    """Show the sessions that have an exact time as a calendar to subscribe to, filtered like the list of sessions."""
    today = runtime.current().clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    filters = {"starts_after": today - timedelta(days=DAYS), **query}
    withdrawn = []
    if not query:  # filters do not apply to withdrawn sessions
        with connection() as conn:
            withdrawn = [one.document for one in queries.select_withdrawn(conn, "session", days=DAYS)]
    body = calendars.write(find_documents(filters, sort="starts", limit=MOST), withdrawn=withdrawn)
    return answer_bytes(body, CALENDAR)


@public.get("/sessions/<slug>.ics")
@public.response(200, {"type": "string"}, content_type="text/calendar")
def show_session_calendar(slug: str) -> Response:
    """Show one session as a calendar. A withdrawn one is `CANCELLED`, so that calendars remove it."""
    with connection() as conn:
        entry = select_entry(conn, "session", slug)
        gone = entry is not None and entry.withdrawn_at is not None and entry.was_public
        document = entry.document if entry and gone else visibility.find_visible(conn, "session", slug).document
    if not calendars.has_time(document):
        raise NotFound("This session has no exact time yet.", problem="not-scheduled")
    body = calendars.write([] if gone else [document], withdrawn=[document] if gone else [], name=document["title"])
    return answer_bytes(body, CALENDAR)


@public.get("/announcements.atom")
@public.response(200, {"type": "string"}, content_type="application/atom+xml")
def show_announcements_atom() -> Response:
    """List announcements, newest first; withdrawn ones leave a tombstone (RFC 6721)."""
    with connection() as conn:
        withdrawn = queries.select_withdrawn(conn, "announcement", days=DAYS)
    return answer_bytes(
        news.write_atom("Announcements", "/catalog/announcements.atom", _read_announcements(), withdrawn), ATOM
    )


@public.get("/announcements.rss")
@public.response(200, {"type": "string"}, content_type="application/rss+xml")
def show_announcements_rss() -> Response:
    """List announcements, newest first."""
    return answer_bytes(news.write_rss("Announcements", "/catalog/announcements.rss", _read_announcements()), RSS)


@public.get("/recordings.atom")
@public.response(200, {"type": "string"}, content_type="application/atom+xml")
def show_recordings_atom() -> Response:
    """List recordings, newest first; withdrawn ones leave a tombstone (RFC 6721)."""
    items = [news.recorded(one) for one in find_documents({"recorded": True}, sort="-recorded", limit=NEWEST)]
    with connection() as conn:
        withdrawn = [
            one for one in queries.select_withdrawn(conn, "session", days=DAYS) if one.document.get("recording")
        ]
    return answer_bytes(news.write_atom("Recordings", "/catalog/recordings.atom", items, withdrawn), ATOM)


def _read_announcements() -> list[news.FeedItem]:
    with connection() as conn:
        found = select_newest(conn, after=None, limit=NEWEST)
    return [news.announced(row["document"]) for row in found]
