"""Rules that all kinds of entries share: finding one, and writing its common parts."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from psycopg import Connection

from services.catalog.entries import queries
from services.catalog.entries.queries import Entry
from services.catalog.entries.schemas import Involvement
from shared.errors import NotFound
from shared.markdown import render


class DescribedPart(Protocol):
    """A part of a program document with the texts that every described entry has."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...


def find_entry(conn: Connection, kind: str, slug: str) -> Entry:
    """Return the entry with this slug, in any state. Raises NotFound."""
    if entry := queries.select_entry(conn, kind, slug):
        return entry
    raise NotFound(f"There is no such {kind}.")


def write_described_entry(
    conn: Connection, kind: str, part: DescribedPart, *, publish: bool, publish_at: datetime | None
) -> UUID:
    """Insert or update the entry itself; return its id."""
    values = queries.EntryValues(
        kind=kind,
        slug=part.slug,
        title=part.title,
        summary=part.summary,
        description=part.description,
        description_html=render(part.description),
        publish=publish,
        publish_at=publish_at,
    )
    return queries.upsert_entry(conn, values)


def write_involvements(conn: Connection, entry_id: UUID, involved: list[Involvement]) -> None:
    """Replace the organizations involved in an entry."""
    ids = queries.select_ids(conn, "organization", [one.organization for one in involved])
    once = list(dict.fromkeys((ids[one.organization], one.role) for one in involved))
    queries.delete_involvements(conn, entry_id)
    queries.insert_involvements(
        conn, entry_id, organization_ids=[id for id, _ in once], roles=[role for _, role in once]
    )


def write_terms(conn: Connection, entry_id: UUID, terms: dict[str, list[str]]) -> None:
    """Replace the terms of an entry."""
    queries.delete_terms(conn, entry_id)
    queries.insert_terms(conn, entry_id, terms=terms)
