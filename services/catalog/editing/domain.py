"""Writing one thing: as its part of a programme document would, and when it is public."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.catalog.announcements.domain import write_announcement
from services.catalog.editing import queries
from services.catalog.programmes import domain as programmes
from services.catalog.programmes import references
from services.catalog.programmes.documents import ORGANIZATION
from services.catalog.publishing import queries as entries
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.publishing.families import refresh_family
from services.catalog.publishing.queries import Entry
from services.catalog.sessions.domain import write_session
from services.catalog.sessions.queries import update_places
from shared.errors import Conflict, Invalid, NotFound

BATCH = 50

Writer = Callable[[Connection, Any, UUID | None], UUID]


@dataclass(frozen=True)
class Editor:
    """How things of a kind are written: `member` is where their parts stand in a programme document."""

    kind: str
    member: str
    write: Writer


def _write_organization(conn: Connection, part: Any, _initiative_id: UUID | None) -> UUID:
    [id] = programmes.write_organizations(conn, [part], publish=False)
    return id


def _write_initiative(conn: Connection, part: Any, _initiative_id: UUID | None) -> UUID:
    return programmes.write_initiative(conn, part, publish=False)


def _write_series(conn: Connection, part: Any, initiative_id: UUID | None) -> UUID:
    assert initiative_id
    id = programmes.write_series(conn, [part], initiative_id=initiative_id, publish=False)[part.slug]
    programmes.write_completion(conn, id, part.completion)
    update_places(conn, initiative_id, slugs=[])
    return id


def _write_session(conn: Connection, part: Any, initiative_id: UUID | None) -> UUID:
    assert initiative_id
    id = write_session(conn, part, initiative_id=initiative_id, publish=False)
    update_places(conn, initiative_id, slugs=[])
    return id


def _write_announcement(conn: Connection, part: Any, initiative_id: UUID | None) -> UUID:
    assert initiative_id
    return write_announcement(conn, part, initiative_id=initiative_id, publish=False)


EDITORS = {
    editor.kind: editor
    for editor in (
        Editor("organization", "organizations", _write_organization),
        Editor("initiative", "initiative", _write_initiative),
        Editor("series", "series", _write_series),
        Editor("session", "sessions", _write_session),
        Editor("announcement", "announcements", _write_announcement),
    )
}


def find(conn: Connection, kind: str, slug: str) -> Entry:
    """What has this slug, in whatever state. Raises NotFound."""
    if entry := entries.select_entry(conn, kind, slug):
        return entry
    raise NotFound(f"There is no such {kind}.")


def create(conn: Connection, kind: str, part: Any) -> Outcome:
    """Make a draft of what this part of a programme document says.

    Raises Conflict where the slug is taken, also by what was withdrawn or had it once, and Invalid for references to
    what is not known.
    """
    write = Write(conn)
    _refuse_taken(conn, kind, part.slug)
    initiative = _initiative_of(conn, part)
    _check(conn, kind, part, initiative=part.slug if kind == "initiative" else initiative and initiative.slug)
    id = EDITORS[kind].write(conn, part, initiative and initiative.id)
    return _refresh(write, kind, id)


def replace(conn: Connection, entry: Entry, part: Any) -> Outcome:
    """Make a thing what this part of a programme document says; another slug in it renames the thing.

    Raises Conflict where the slug is taken, and Invalid for references to what is not known.
    """
    write = Write(conn)
    initiative = queries.select_slug(conn, entry.initiative_id) if entry.initiative_id else None
    if getattr(part, "initiative", None) not in (None, initiative):
        raise Invalid({"initiative": ["It belongs to another initiative, which cannot be changed."]})
    if part.slug != entry.slug:
        _refuse_taken(conn, entry.kind, part.slug, but=entry.id)
        _rename(conn, entry, part.slug)
    _check(conn, entry.kind, part, initiative=part.slug if entry.kind == "initiative" else initiative)
    EDITORS[entry.kind].write(conn, part, entry.initiative_id)
    return _refresh(write, entry.kind, entry.id)


def publish(conn: Connection, entry: Entry, *, at: datetime | None = None) -> Outcome:
    """Make a thing public, now or at a moment to come. Raises Conflict where its initiative is not public."""
    write = Write(conn)
    if at is not None and at > queries.select_now(conn):
        if entry.published_at:
            raise Conflict("It is public already.", problem="already-published")
        entries.update_publish_at(conn, entry.id, publish_at=at)
        return Outcome(
            entry.id, entry.kind, entry.slug, "unchanged", {"publish_at": entry.publish_at}, {"publish_at": at}
        )
    if entry.kind != "initiative" and entry.initiative_id:
        _refuse_hidden_initiative(conn, entry.initiative_id)
    entries.publish_entry(conn, kind=entry.kind, slug=entry.slug)
    return _refresh(write, entry.kind, entry.id)


def keep_draft(conn: Connection, entry: Entry) -> Outcome:
    """Forget the moment at which a draft would become public."""
    Write(conn)
    entries.update_publish_at(conn, entry.id, publish_at=None)
    return Outcome(
        entry.id, entry.kind, entry.slug, "unchanged", {"publish_at": entry.publish_at}, {"publish_at": None}
    )


def withdraw(conn: Connection, entry: Entry, *, with_parts: bool = False) -> Outcome:
    """Take a thing from the public; give a draft up.

    Raises Conflict for an organization that something names, and for an initiative of which parts are public, unless
    they go `with_parts`.
    """
    write = Write(conn)
    if entry.kind == "organization" and queries.is_named(conn, entry.id):
        raise Conflict("Something in the catalog names this organization.", problem="in-use")
    parts = queries.select_public_parts(conn, entry.id) if entry.kind == "initiative" else []
    if parts and not with_parts:
        raise Conflict(f"{len(parts)} parts of it are public: withdraw with_parts, too.", problem="has-public-parts")
    entries.withdraw_entries(conn, [*parts, entry.id])
    return _refresh(write, entry.kind, entry.id)


def publish_due(conn: Connection) -> int:
    """Publish the drafts whose time has come; returns how many, at most a batch."""
    if not entries.has_due_entries(conn):
        return 0
    write = Write(conn)
    due = entries.select_due_entries(conn, limit=BATCH)
    for entry in due:
        entries.publish_entry(conn, kind=entry.kind, slug=entry.slug)
    write.refresh(ORGANIZATION, [entry.id for entry in due if entry.kind == "organization"])
    for initiative_id in dict.fromkeys(entry.initiative_id for entry in due if entry.initiative_id):
        refresh_family(write, initiative_id)
    return len(due)


def _refuse_taken(conn: Connection, kind: str, slug: str, *, but: UUID | None = None) -> None:
    taken = entries.select_entry(conn, kind, slug)
    if taken and taken.id != but:
        raise Conflict(f"There is a {kind} {slug} already.", problem="slug-taken", state=taken.state)
    present = entries.select_present_slug(conn, kind, slug)
    if present and not but:
        raise Conflict(f"The {kind} {present} was once called {slug}, and addresses lead to it.", problem="slug-taken")


def _initiative_of(conn: Connection, part: Any) -> Entry | None:
    slug = getattr(part, "initiative", None)
    if slug is None:
        return None
    if initiative := entries.select_entry(conn, "initiative", slug):
        return initiative
    raise Invalid({"initiative": [f"There is no initiative {slug}."]})


def _check(conn: Connection, kind: str, part: Any, *, initiative: str | None) -> None:
    if errors := references.check_part(conn, EDITORS[kind].member, asdict(part), initiative=initiative or ""):
        raise Invalid(errors)


def _rename(conn: Connection, entry: Entry, slug: str) -> None:
    entries.rename_entry(conn, entry, slug=slug)
    if entry.kind == "initiative":
        queries.update_follows(conn, former=entry.slug, slug=slug)


def _refuse_hidden_initiative(conn: Connection, initiative_id: UUID) -> None:
    [initiative] = entries.select_entries(conn, [initiative_id])
    if not initiative.published_at:
        raise Conflict("Its initiative is not public.", problem="initiative-not-published")


def _refresh(write: Write, kind: str, id: UUID) -> Outcome:
    """Make public what became of the thing and of all that may name it."""
    [entry] = entries.select_entries(write.conn, [id])
    if kind == "organization":
        write.refresh(ORGANIZATION, [id])
        refresh_family(write, None, organization_ids=[id])
    else:
        refresh_family(write, entry.initiative_id)
    return next(outcome for outcome in write.outcomes if outcome.id == id)
