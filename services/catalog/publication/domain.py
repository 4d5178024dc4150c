"""When an entry is public: published now or later, kept as a draft, withdrawn."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.entries import queries as entries
from services.catalog.entries.queries import Entry
from services.catalog.kinds.domain import refresh_entry, refresh_family
from services.catalog.organizations.representations import ORGANIZATION
from services.catalog.publication import queries
from services.catalog.publishing import queries as publishing
from services.catalog.publishing.domain import Outcome, Write
from shared.errors import Conflict

BATCH = 50


def publish(conn: Connection, entry: Entry, *, at: datetime | None = None) -> Outcome:
    """Publish an entry, now or at a later time. Raises Conflict if its initiative is not public."""
    write = Write(conn)
    if at is not None and at > queries.select_now(conn):
        if entry.published_at:
            raise Conflict("It is public already.", problem="already-published")
        queries.update_publish_at(conn, entry.id, publish_at=at)
        return Outcome(
            entry.id, entry.kind, entry.slug, "unchanged", {"publish_at": entry.publish_at}, {"publish_at": at}
        )
    if entry.kind != "initiative" and entry.initiative_id:
        _refuse_hidden_initiative(conn, entry.initiative_id)
    publishing.publish_entry(conn, kind=entry.kind, slug=entry.slug)
    return refresh_entry(write, entry.kind, entry.id)


def keep_draft(conn: Connection, entry: Entry) -> Outcome:
    """Cancel the scheduled publication of a draft."""
    Write(conn)
    queries.update_publish_at(conn, entry.id, publish_at=None)
    return Outcome(
        entry.id, entry.kind, entry.slug, "unchanged", {"publish_at": entry.publish_at}, {"publish_at": None}
    )


def withdraw(conn: Connection, entry: Entry, *, with_parts: bool = False) -> Outcome:
    """Withdraw an entry, or discard a draft.

    Raises Conflict for an organization that is in use, and for an initiative with public parts unless `with_parts`.
    """
    write = Write(conn)
    if entry.kind == "organization" and queries.is_named(conn, entry.id):
        raise Conflict("Something in the catalog names this organization.", problem="in-use")
    parts = queries.select_public_parts(conn, entry.id) if entry.kind == "initiative" else []
    if parts and not with_parts:
        raise Conflict(f"{len(parts)} parts of it are public: withdraw with_parts, too.", problem="has-public-parts")
    queries.withdraw_entries(conn, [*parts, entry.id])
    return refresh_entry(write, entry.kind, entry.id)


def publish_due(conn: Connection) -> int:
    """Publish drafts that are due, at most a batch; return how many."""
    if not queries.has_due_entries(conn):
        return 0
    write = Write(conn)
    due = queries.select_due_entries(conn, limit=BATCH)
    for entry in due:
        publishing.publish_entry(conn, kind=entry.kind, slug=entry.slug)
    write.refresh(ORGANIZATION, [entry.id for entry in due if entry.kind == "organization"])
    for initiative_id in dict.fromkeys(entry.initiative_id for entry in due if entry.initiative_id):
        refresh_family(write, initiative_id)
    return len(due)


def _refuse_hidden_initiative(conn: Connection, initiative_id: UUID) -> None:
    [initiative] = entries.select_entries(conn, [initiative_id])
    if not initiative.published_at:
        raise Conflict("Its initiative is not public.", problem="initiative-not-published")
