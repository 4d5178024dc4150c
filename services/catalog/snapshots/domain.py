"""Snapshots: the current state of what was published, sent again to services that keep a copy."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.catalog.entries.queries import Entry
from services.catalog.kinds.domain import KINDS
from services.catalog.publishing import queries as publishing
from services.catalog.publishing.domain import EntryContent, EntryState, body_of
from services.catalog.recordings import queries as recordings
from services.catalog.snapshots import queries
from shared.errors import NotFound
from shared.events import catalog, catalog_snapshots
from shared.messaging import outbox

ENTRIES = {
    "session": catalog_snapshots.SessionSnapshot,
    "series": catalog_snapshots.SeriesSnapshot,
    "announcement": catalog_snapshots.AnnouncementSnapshot,
}
TYPES = (*ENTRIES, "recording")
AT_ONCE = 500


def send(conn: Connection, type: str, ids: Iterable[UUID]) -> tuple[UUID, int]:
    """Publish snapshots of these, or of everything of the type that was ever public; return the batch id and its size.
    The catalog is locked meanwhile. Raises NotFound for an id that was never published.
    """
    publishing.lock_catalog(conn)
    asked, batch = list(ids), uuid7()
    subjects: list[tuple[Any, bool]] = list(
        _recordings(conn, asked) if type == "recording" else _entries(conn, type, asked)
    )
    if asked and (missing := set(asked) - {subject.id for subject, _ in subjects}):
        raise NotFound(f"Of this type the catalog never published: {', '.join(sorted(map(str, missing)))}.")
    kind = catalog_snapshots.RecordingSnapshot if type == "recording" else ENTRIES[type]
    events = [
        kind(**{kind.subject_in: subject}, batch=batch, size=len(subjects), whole=not asked, public=public)
        for subject, public in subjects
    ]
    for first in range(0, len(events), AT_ONCE):
        outbox.add(conn, *events[first : first + AT_ONCE])
    return batch, len(events)


def _entries(conn: Connection, type: str, ids: list[UUID]) -> Iterator[tuple[Any, bool]]:
    """Yield each entry as its last event carried it, and whether it is public."""
    for entry in queries.select_published(conn, type, ids):
        yield _state(type, entry), entry.announced


def _state(type: str, entry: Entry) -> Any:
    kind = KINDS[type]
    assert kind.event
    assert kind.withdrawn
    state = EntryState(EntryContent(entry.id, body_of(entry.document), entry.private), entry.revision)
    event = kind.event(entry.document, state) if entry.announced else kind.withdrawn(state)
    return getattr(event, event.subject_in)


def _recordings(conn: Connection, ids: list[UUID]) -> Iterator[tuple[Any, bool]]:
    for row in recordings.select_recordings(conn, ids):
        yield catalog.Recording(**vars(row)), True
