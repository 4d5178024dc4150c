"""What the public reads of an announcement, and what its events carry."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from services.catalog import addresses
from services.catalog.announcements import queries
from services.catalog.publishing.domain import Content, Document, Kind, State
from services.catalog.sessions.schemas import VOCABULARIES
from shared.events import catalog as events


def compose(conn: Connection, ids: list[UUID]) -> Iterable[Content]:
    """The announcements' documents, without addresses."""
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
        yield Content(row.id, document)


def own(document: Document) -> Document:
    """An announcement's own state: which sessions it is about, not how they are called."""
    stated = {name: value for name, value in document.items() if name not in ("revision", "updated_at")}
    return stated | {"sessions": [session["slug"] for session in document["sessions"]]}


def event(previous: Document | None, state: State) -> events.AnnouncementEvent:
    kind = events.AnnouncementPublished if previous is None else events.AnnouncementUpdated
    return kind(announcement=_state(state))


def withdrawn(state: State) -> events.AnnouncementEvent:
    return events.AnnouncementWithdrawn(announcement=_state(state))


def _state(state: State) -> events.Announcement:
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
        page_url=addresses.page_of("announcement", document["slug"]),
    )


def present(document: Document) -> Document:
    """An announcement as the public reads it, with the way that leads to it."""
    initiative = document["initiative"]
    return document | {
        "breadcrumb": [
            {"title": initiative["title"], "url": addresses.page_of("initiative", initiative["slug"])},
            {"title": document["title"], "url": addresses.page_of("announcement", document["slug"])},
        ],
        "links": addresses.links_of("announcement", document["slug"]),
    }


ANNOUNCEMENT = Kind(compose, own, event, withdrawn)
