"""Creating and replacing one entry from its part of a program document."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.catalog.announcements.domain import write_announcement
from services.catalog.editing import queries
from services.catalog.entries import queries as entries
from services.catalog.entries.queries import Entry
from services.catalog.initiatives import domain as initiatives
from services.catalog.kinds.domain import refresh_entry
from services.catalog.organizations import domain as organizations
from services.catalog.program_documents import references
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.series import domain as series
from services.catalog.sessions.domain import write_session
from services.catalog.sessions.queries import update_places
from shared.errors import Conflict, Invalid

Writer = Callable[[Connection, Any, UUID | None], UUID]


@dataclass(frozen=True)
class PartWriter:
    """The function that writes the parts of a kind; `member` is where such parts are in a program document."""

    kind: str
    member: str
    write: Writer


def _write_organization(conn: Connection, part: Any, _initiative_id: UUID | None) -> UUID:
    [id] = organizations.write_organizations(conn, [part], publish=False)
    return id


def _write_initiative(conn: Connection, part: Any, _initiative_id: UUID | None) -> UUID:
    return initiatives.write_initiative(conn, part, publish=False)


def _write_series(conn: Connection, part: Any, initiative_id: UUID | None) -> UUID:
    assert initiative_id
    id = series.write_series(conn, [part], initiative_id=initiative_id, publish=False)[part.slug]
    series.write_completion(conn, id, part.completion)
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


WRITERS = {
    editor.kind: editor
    for editor in (
        PartWriter("organization", "organizations", _write_organization),
        PartWriter("initiative", "initiative", _write_initiative),
        PartWriter("series", "series", _write_series),
        PartWriter("session", "sessions", _write_session),
        PartWriter("announcement", "announcements", _write_announcement),
    )
}


def create(conn: Connection, kind: str, part: Any) -> Outcome:
    """Create a draft from this part of a program document.

    Raises Conflict if the slug is taken, also by a withdrawn or renamed entry, and Invalid for unknown references.
    """
    write = Write(conn)
    _refuse_taken(conn, kind, part.slug)
    initiative = _initiative_of(conn, part)
    _check(conn, kind, part, initiative=part.slug if kind == "initiative" else initiative and initiative.slug)
    id = WRITERS[kind].write(conn, part, initiative and initiative.id)
    return refresh_entry(write, kind, id)


def replace(conn: Connection, entry: Entry, part: Any) -> Outcome:
    """Replace an entry by this part of a program document; another slug renames it.

    Raises Conflict if the slug is taken, and Invalid for unknown references.
    """
    write = Write(conn)
    initiative = queries.select_slug(conn, entry.initiative_id) if entry.initiative_id else None
    if getattr(part, "initiative", None) not in (None, initiative):
        raise Invalid({"initiative": ["It belongs to another initiative, which cannot be changed."]})
    if part.slug != entry.slug:
        _refuse_taken(conn, entry.kind, part.slug, but=entry.id)
        _rename(conn, entry, part.slug)
    _check(conn, entry.kind, part, initiative=part.slug if entry.kind == "initiative" else initiative)
    WRITERS[entry.kind].write(conn, part, entry.initiative_id)
    return refresh_entry(write, entry.kind, entry.id)


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
    if errors := references.check_part(conn, WRITERS[kind].member, asdict(part), initiative=initiative or ""):
        raise Invalid(errors)


def _rename(conn: Connection, entry: Entry, slug: str) -> None:
    entries.rename_entry(conn, entry, slug=slug)
    if entry.kind == "initiative":
        queries.update_follows(conn, former=entry.slug, slug=slug)
