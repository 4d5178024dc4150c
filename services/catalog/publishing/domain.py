"""How a write of the catalog becomes public.

A write takes the catalog's lock, changes the tables, and then refreshes the entries that it may have touched: each is
composed anew and compared with what stands. Only what differs is kept, told to those who follow the changes, and
published as an event. So a write that changes nothing says nothing, and whatever caused a change, it is seen.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from services.catalog.publishing import queries
from services.catalog.publishing.queries import Entry
from shared import runtime
from shared.events.envelope import Event
from shared.messaging import outbox

Document = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """What an entry's tables say now."""

    id: UUID
    document: Document
    private: Document = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """An entry's content under the revision that it now has."""

    content: Content
    revision: int


@dataclass(frozen=True)
class Kind:
    """How entries of a kind are handled: `compose` reads their content; `own` takes from a document what is the
    entry's own, not told by others; `event` names what happened, given the document before (None where it is new to
    the public).
    """

    compose: Callable[[Connection, list[UUID]], Iterable[Content]]
    own: Callable[[Document], Document]
    event: Callable[[Document | None, State], Event] | None


@dataclass(frozen=True)
class Outcome:
    """What a write did to an entry; `before` and `after` are its whole state, private parts included. Unchanged is
    also what only tells of a change of others.
    """

    id: UUID
    kind: str
    slug: str
    result: Literal["created", "changed", "unchanged"]
    before: Document
    after: Document

    def difference(self) -> dict[str, list[Any]]:
        """`{member: [before, after]}` of what changed."""
        names = [*self.after, *(name for name in self.before if name not in self.after)]
        pairs = {name: [self.before.get(name), self.after.get(name)] for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


class Write:
    """One write of the catalog, alone until its transaction ends."""

    def __init__(self, conn: Connection) -> None:
        queries.lock_catalog(conn)
        self.conn = conn
        self.outcomes: list[Outcome] = []

    @cached_property
    def revision(self) -> int:
        """The catalog's revision that this write makes."""
        return queries.raise_revision(self.conn)

    def refresh(self, kind: Kind, ids: Iterable[UUID]) -> list[Outcome]:
        """Make public what became of these entries."""
        asked = list(ids)
        standing = {entry.id: entry for entry in queries.select_entries(self.conn, asked)}
        done = [self._refresh(kind, standing[content.id], content) for content in kind.compose(self.conn, asked)]
        self.outcomes += done
        return done

    def _refresh(self, kind: Kind, entry: Entry, content: Content) -> Outcome:
        before, after = _body(entry.document) | entry.private, content.document | content.private
        own_before = kind.own(entry.document) | entry.private if entry.document else {}
        event_due = own_before != kind.own(content.document) | content.private or _is_due(entry)
        if event_due or before != after:
            self._keep(kind, entry, content, event_due=event_due)
        result = "unchanged" if not event_due else "changed" if entry.document else "created"
        return Outcome(entry.id, entry.kind, entry.slug, result, before, after)

    def _keep(self, kind: Kind, entry: Entry, content: Content, *, event_due: bool) -> None:
        public = entry.published_at is not None
        revision = entry.revision + (public and event_due)
        stamps = {"revision": revision, "updated_at": runtime.current().clock.now().isoformat(timespec="seconds")}
        document = content.document | stamps
        queries.update_entry(
            self.conn,
            entry.id,
            revision=revision,
            changed_in=self.revision,
            document=document,
            private=content.private,
        )
        if not public:
            return
        queries.insert_change(
            self.conn,
            revision=self.revision,
            kind=entry.kind,
            entry_id=entry.id,
            slug=entry.slug,
            document=document,
        )
        if event_due and kind.event:
            previous = entry.document if entry.revision else None
            outbox.add(self.conn, kind.event(previous, State(content, revision)))


def _is_due(entry: Entry) -> bool:
    """Whether it is public and nobody was told yet."""
    return entry.published_at is not None and not entry.revision


def _body(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in ("revision", "updated_at")}
