"""Writing initiatives."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.catalog.entries import domain as entries_domain
from services.catalog.entries import queries as entries
from services.catalog.entries.domain import write_described_entry
from services.catalog.initiatives import queries
from services.catalog.initiatives.schemas import InitiativePart


def write_initiative(
    conn: Connection, part: InitiativePart, *, publish: bool, publish_at: datetime | None = None
) -> UUID:
    """Insert or update an initiative; return its id."""
    id = write_described_entry(conn, "initiative", part, publish=publish, publish_at=publish_at)
    funding: dict[str, Any] = dict(part.funding or {})
    funder = funding.pop("funder", None)
    queries.upsert_initiative(
        conn,
        id=id,
        when=part.when,
        follows=part.follows,
        funder_id=entries.select_ids(conn, "organization", [funder])[funder] if funder else None,
        funding=funding or None,
        planned=part.planned,
    )
    entries_domain.write_involvements(conn, id, part.partners)
    return id
