"""SQL of suppressions. Addresses are in small letters."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class Bounced:
    id: UUID
    email: str
    detail: str
    since: datetime
    mailed: bool


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


def select_mailed(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Those of these messages that a mail server has been handed, and the address (folded) that each went to. Of who
    was erased nothing is known any more. Ids that 0.1.0 gave can be guessed: they count for 90 days after their mail.
    """
    sql = """
        SELECT id, lower(recipient) FROM messages
         WHERE id = ANY(%(ids)s) AND recipient <> ''
           AND (sent_at IS NOT NULL OR doubts > 0 OR state = 'handing_over')
           AND (id <> md5(kind || ' ' || subject || ' ' || cause)::uuid
                OR coalesce(sent_at, caused_at) > programme_now() - interval '90 days')
    """
    return dict(conn.execute(sql, {"ids": list(ids)}).fetchall())


def select_bounced(conn: Connection) -> list[Bounced]:
    """All suppressions by bounces, and whether any mail to the address was ever due; the oldest first."""
    sql = """
        SELECT id, email, detail, since,
               EXISTS (SELECT FROM messages WHERE lower(recipient) = suppressions.email) AS mailed
          FROM suppressions WHERE reason = 'bounce' ORDER BY position
    """
    return fetch(conn, Bounced, sql)
