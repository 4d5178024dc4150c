"""SQL of suppressions. Addresses are in small letters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch

Reason = Literal["bounce", "complaint", "staff"]


@dataclass(frozen=True)
class Suppression:
    id: UUID
    position: int
    email: str
    reason: str
    detail: str
    since: datetime


def insert(conn: Connection, email: str, *, reason: Reason, detail: str) -> bool:
    """Let no mail go to an address any more; False where none does already."""
    sql = """
        INSERT INTO suppressions (email, reason, detail) VALUES (%(email)s, %(reason)s, %(detail)s)
        ON CONFLICT (email) DO NOTHING
    """
    return bool(execute(conn, sql, email=email, reason=reason, detail=detail))


def select(conn: Connection, *, email: str | None, before: int | None, limit: int) -> list[Suppression]:
    """The newest first; `before` is the position that the page before ended with."""
    sql = """
        SELECT id, position, email, reason, detail, since FROM suppressions
         WHERE (%(email)s::text IS NULL OR email = %(email)s)
           AND (%(before)s::bigint IS NULL OR position < %(before)s)
         ORDER BY position DESC LIMIT %(limit)s
    """
    return fetch(conn, Suppression, sql, email=email, before=before, limit=limit)


def select_among(conn: Connection, emails: list[str]) -> set[str]:
    """Those of these addresses that no mail goes to."""
    sql = "SELECT email FROM suppressions WHERE email = ANY(%(emails)s)"
    return {row[0] for row in conn.execute(sql, {"emails": emails})}


def delete(conn: Connection, id: UUID) -> bool:
    """Let mail go there again; False where there is no such suppression."""
    return bool(execute(conn, "DELETE FROM suppressions WHERE id = %(id)s", id=id))
