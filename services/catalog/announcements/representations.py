"""The public document of an announcement, and its events."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from services.catalog.announcements import queries
from services.catalog.entries import urls
from services.catalog.entries.queries import Document, Entry
from services.catalog.publishing.domain import EntryContent, EntryKind, EntryState
from services.catalog.taxonomy.vocabularies import VOCABULARIES
from shared.events import catalog as events


def compose(conn: Connection, ids: list[UUID]) -> Iterable[EntryContent]:
    """Compose the stored documents of announcements, without URLs."""
    for row in queries.select_contents(conn, ids):
        document = {
            "id": str(row.id),
            "slug": row.slug,
            "title": row.title,
            "summary": row.summary,
            "published_at": row.announced_at.astimezone(ZoneInfo(row.timezone or "UTC")).isoformat(),
            "timezone": row.timezone,
            "body": row.description,
            "body_html": row.description_html,
            "initiative": row.initiative,
            "sessions": row.sessions,
            "terms": {name: row.terms.get(name, []) for name in VOCABULARIES},
        }
        yield EntryContent(row.id, document)


def own(document: Document) -> Document:
    """Return the announcement's own state, with the slugs of its sessions but not their titles."""
    stated = {name: value for name, value in document.items() if name not in ("revision", "updated_at")}
    return stated | {"sessions": [session["slug"] for session in document["sessions"]]}


def event(previous: Document | None, state: EntryState) -> events.AnnouncementEvent:
    kind = events.AnnouncementPublished if previous is None else events.AnnouncementUpdated
    return kind(announcement=_state(state))


def withdrawn(state: EntryState) -> events.AnnouncementEvent:
    return events.AnnouncementWithdrawn(announcement=_state(state))


def _state(state: EntryState) -> events.Announcement:
    document = state.content.document
    return events.Announcement(
        id=state.content.id,
        revision=state.revision,
        slug=document["slug"],
        title=document["title"],
        summary=document["summary"],
        body=document["body"],
        published_at=datetime.fromisoformat(document["published_at"]).astimezone(UTC),
        initiative=events.Reference(**document["initiative"]),
        terms=document["terms"],
        page_url=urls.page_of("announcement", document["slug"]),
    )


def present_announcement(document: Document) -> Document:
    """Return an announcement as the public reads it, with breadcrumb and links."""
    initiative = document["initiative"]
    return document | {
        "breadcrumb": [
            {"title": initiative["title"], "url": urls.page_of("initiative", initiative["slug"])},
            {"title": document["title"], "url": urls.page_of("announcement", document["slug"])},
        ],
        "links": urls.links_of("announcement", document["slug"]),
    }


def present_entry(_conn: Connection, entry: Entry) -> Document:
    """Return the public document of an announcement."""
    return present_announcement(entry.document)


ANNOUNCEMENT = EntryKind(compose, own, event, withdrawn)
