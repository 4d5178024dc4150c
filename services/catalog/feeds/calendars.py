"""Sessions as calendars (RFC 5545). Sessions without an exact time are left out."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from shared import runtime

NAME = "Learning sessions"
# How often subscribed calendars should refresh.
REFRESH = timedelta(hours=1)


def has_time(document: Document) -> bool:
    return "starts_at" in document["when"]


def write(sessions: list[Document], *, withdrawn: list[Document] | None = None, name: str = NAME) -> bytes:
    """Return a calendar of these sessions, with withdrawn ones as canceled, so that subscribers remove them. The same
    sessions give the same bytes.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Convene//Catalog//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for document in filter(has_time, sessions):
        calendar.add_component(_entry(document, cancelled=document["status"] == "cancelled"))
    for document in filter(has_time, withdrawn or []):
        calendar.add_component(_entry(document, cancelled=True))
    return calendar.to_ical()


def _entry(document: Document, *, cancelled: bool) -> Event:
    when, changed = document["when"], datetime.fromisoformat(document["updated_at"]).astimezone(UTC)
    page = urls.page_of("session", document["slug"])
    entry = Event()
    entry.add("uid", f"{document['id']}@{urlsplit(runtime.settings().public_url).hostname}")
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("sequence", document["revision"])
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("summary", document["title"])
    entry.add("dtstart", datetime.fromisoformat(when["starts_at"]).astimezone(UTC))
    entry.add("dtend", datetime.fromisoformat(when["ends_at"]).astimezone(UTC))
    entry.add("description", "\n\n".join(filter(None, [document["summary"], f"Details and registration: {page}"])))
    entry.add("url", page)
    if place := _place(document):
        entry.add("location", place)
    if terms := sorted({term for terms in document["terms"].values() for term in terms}):
        entry.add("categories", terms)
    return entry


def _place(document: Document) -> str:
    venue, online = document["venue"], document["online"]
    if venue:
        return ", ".join(filter(None, [venue["name"], venue["room"], venue["address"]]))
    return online["platform"] if online else ""
