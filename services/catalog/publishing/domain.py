"""Publishing a write of the catalog.

A write takes the catalog's lock, changes tables, and then refreshes the entries that it may have affected: each
document is composed again and compared with the stored one. Only differences are stored, appended to the changes feed,
and published as events. A write that changes nothing therefore publishes nothing, and every change is noticed, whatever
caused it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from services.catalog.entries import queries as entries
from services.catalog.entries.queries import Document, Entry
from services.catalog.publishing import queries
from services.catalog.text_index import texts
from shared import runtime
from shared.events.envelope import Event
from shared.messaging import outbox


@dataclass(frozen=True)
class EntryContent:
    """The content of an entry, composed from its tables."""

    id: UUID
    document: Document
    private: Document = field(default_factory=dict)


@dataclass(frozen=True)
class EntryState:
    """An entry's content with the revision that it gets."""

    content: EntryContent
    revision: int


@dataclass(frozen=True)
class EntryKind:
    """The functions that refresh entries of a kind.

    `compose` reads their content; `own` extracts the state that the entry itself publishes; `event` chooses the event,
    given the previous document (None if it is newly public); `withdrawn` is the event of a withdrawal.
    """

    compose: Callable[[Connection, list[UUID]], Iterable[EntryContent]]
    own: Callable[[Document], Document]
    event: Callable[[Document | None, EntryState], Event] | None
    withdrawn: Callable[[EntryState], Event] | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of a write for one entry; `before` and `after` are its whole state, private parts included. It is
    `unchanged` if only mentions of other entries changed.
    """

    id: UUID
    kind: str
    slug: str
    result: Literal["created", "changed", "withdrawn", "unchanged"]
    before: Document
    after: Document

    def difference(self) -> dict[str, list[Any]]:
        """Return `{member: [before, after]}` of what changed."""
        names = [*self.after, *(name for name in self.before if name not in self.after)]
        pairs = {name: [self.before.get(name), self.after.get(name)] for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


class Write:
    """A write of the catalog, exclusive until its transaction ends."""

    def __init__(self, conn: Connection) -> None:
        queries.lock_catalog(conn)
        self.conn = conn
        self.outcomes: list[Outcome] = []

    @cached_property
    def revision(self) -> int:
        """The catalog revision of this write."""
        return queries.raise_revision(self.conn)

    def refresh(self, kind: EntryKind, ids: Iterable[UUID]) -> list[Outcome]:
        """Publish the changes of these entries."""
        asked = list(ids)
        standing = {entry.id: entry for entry in entries.select_entries(self.conn, asked)}
        done = [self._refresh(kind, standing[content.id], content) for content in kind.compose(self.conn, asked)]
        self.outcomes += done
        return done

    def _refresh(self, kind: EntryKind, entry: Entry, content: EntryContent) -> Outcome:
        before, after = body_of(entry.document) | entry.private, content.document | content.private
        own_before = kind.own(entry.document) | entry.private if entry.document else {}
        public = entry.published_at is not None
        changed = own_before != kind.own(content.document) | content.private
        result = "unchanged" if not changed else "changed" if entry.document else "created"
        if entry.announced and not public:
            self._withdraw(kind, entry, content)
            result = "withdrawn"
        elif public and not entry.announced:
            self._keep(kind, entry, content, event_due=True)
            result = "changed" if entry.document else "created"
        elif before != after:
            self._keep(kind, entry, content, event_due=changed)
        return Outcome(entry.id, entry.kind, entry.slug, result, before, after)

    def _keep(self, kind: EntryKind, entry: Entry, content: EntryContent, *, event_due: bool) -> None:
        public = entry.published_at is not None
        state = EntryState(content, self._next(entry) if public and event_due else entry.revision)
        document = self._stamp(entry, state, announced=public)
        if not public:
            return
        if entry.announced and (former := _slug_of(entry.document)) != entry.slug:
            self._tell(entry, former, None)
        self._tell(entry, entry.slug, document)
        texts.index_text(self.conn, entry.number, entry.kind, document)
        if event_due and kind.event:
            outbox.add(self.conn, kind.event(entry.document if entry.announced else None, state))

    def _withdraw(self, kind: EntryKind, entry: Entry, content: EntryContent) -> None:
        state = EntryState(content, self._next(entry))
        self._stamp(entry, state, announced=False)
        self._tell(entry, _slug_of(entry.document), None)
        texts.remove_text(self.conn, entry.number)
        if kind.withdrawn:
            outbox.add(self.conn, kind.withdrawn(state))

    def _next(self, entry: Entry) -> int:
        return queries.select_next_revision(self.conn, entry.revision)

    def _stamp(self, entry: Entry, state: EntryState, *, announced: bool) -> Document:
        now = runtime.current().clock.now().replace(microsecond=0)
        document = state.content.document | {"revision": state.revision, "updated_at": now.isoformat()}
        queries.update_entry(
            self.conn,
            entry.id,
            revision=state.revision,
            changed_in=self.revision,
            announced=announced,
            updated_at=now if announced or entry.announced else None,
            document=document,
            private=state.content.private,
        )
        return document

    def _tell(self, entry: Entry, slug: str, document: Document | None) -> None:
        queries.insert_change(
            self.conn, revision=self.revision, kind=entry.kind, entry_id=entry.id, slug=slug, document=document
        )


def _slug_of(document: Document) -> str:
    """Return the slug that followers know; a vocabulary's is its name."""
    return document["slug"] if "slug" in document else document["name"]


def body_of(document: Document) -> Document:
    """Return a document as composed, without its revision and time."""
    return {name: value for name, value in document.items() if name not in ("revision", "updated_at")}
