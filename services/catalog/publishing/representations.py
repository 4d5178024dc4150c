"""The parts of documents and events that several kinds of entries share."""

from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from services.catalog.dates import edtf_dates as dates
from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.publishing.domain import EntryState
from shared.events import catalog as events


class DescribedRow(Protocol):
    """The columns that initiatives and series have in common."""

    @property
    def id(self) -> UUID: ...
    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def description_html(self) -> str: ...
    @property
    def edtf(self) -> str | None: ...


def without_members(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in (*names, "revision", "updated_at")}


def describe_entry(row: DescribedRow) -> Document:
    return {
        "id": str(row.id),
        "slug": row.slug,
        "title": row.title,
        "summary": row.summary,
        "description": row.description,
        "description_html": row.description_html,
        "when": dates.describe_uncertain(row.edtf) if row.edtf else None,
    }


def event_members(kind: str, state: EntryState) -> dict[str, Any]:
    document = state.content.document
    return {
        "id": state.content.id,
        "revision": state.revision,
        "slug": document["slug"],
        "title": document["title"],
        "summary": document["summary"],
        "when": event_when(document["when"]) if document["when"] else None,
        "page_url": urls.page_of(kind, document["slug"]),
    }


def exact_times(when: Document) -> tuple[datetime | None, ...]:
    return tuple(datetime.fromisoformat(when[name]) if name in when else None for name in ("starts_at", "ends_at"))


def event_when(when: Document) -> events.When:
    """Return a document's `when` as events carry it, in UTC."""
    starts_at, ends_at = (moment.astimezone(UTC) if moment else None for moment in exact_times(when))
    return events.When(
        edtf=when["edtf"],
        label=when["label"],
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=when.get("timezone"),
    )
