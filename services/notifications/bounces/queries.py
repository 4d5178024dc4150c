"""SQL of bounces. Addresses are lowercase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import fetch


@dataclass(frozen=True)
class BouncedAddress:
    id: UUID
    email: str
    detail: str
    since: datetime
    mailed: bool


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


def select_bounced(conn: Connection) -> list[BouncedAddress]:
    """All suppressions by bounces, and whether any mail to the address was ever due; the oldest first."""
    sql = """
        SELECT id, email, detail, since,
               EXISTS (SELECT FROM messages WHERE lower(recipient) = suppressions.email) AS mailed
          FROM suppressions WHERE reason = 'bounce' ORDER BY position
    """
    return fetch(conn, BouncedAddress, sql)
