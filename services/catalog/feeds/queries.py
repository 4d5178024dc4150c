"""Recently withdrawn entries, for feeds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import fetch


@dataclass(frozen=True)
class WithdrawnEntry:
    """A withdrawn entry with its last public document."""

    id: UUID
    withdrawn_at: datetime
    document: dict[str, Any]


def select_withdrawn(conn: Connection, kind: str, *, days: int) -> list[WithdrawnEntry]:
    """Return the entries of a kind that were withdrawn within these days, latest first."""
    sql = """
        SELECT id, withdrawn_at, document FROM entries
         WHERE kind = %(kind)s AND revision > 0 AND withdrawn_at > programme_now() - %(days)s * interval '1 day'
         ORDER BY withdrawn_at DESC, id LIMIT 1000
    """
    return fetch(conn, WithdrawnEntry, sql, kind=kind, days=days)
