"""SQL of mails that were due before a restore, and may have been sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_value


@dataclass(frozen=True)
class UnsettledMail:
    """A mail by its id, which is the left part of its Message-ID, and its kind."""

    id: UUID
    kind: str


def count_unsettled(conn: Connection, noted_at: datetime) -> int:
    """What may still cause mails that were due before: events to be handled, and issues of the newsletter that have not
    reached all their readers.
    """
    sql = """
        SELECT (SELECT count(*) FROM inbox WHERE status = 'pending')
             + (SELECT count(*) FROM newsletters
                 WHERE state = 'sending' AND fanned_out_at IS NULL AND begun_at < %(noted_at)s)
    """
    return fetch_value(conn, sql, noted_at=noted_at)


def mark_known_sent(conn: Connection, ids: Sequence[UUID], *, noted_at: datetime) -> list[UnsettledMail]:
    """Those of these mails that wait, and were due before the restore, were sent."""
    sql = """
        UPDATE messages
           SET state = 'sent', sent_at = programme_now(), claimed_by = NULL, lease_until = NULL,
               reason = 'sent before the restore, as the mail server says'
         WHERE id = ANY(%(ids)s) AND caused_at < %(noted_at)s
           AND state IN ('queued', 'retry', 'in_doubt', 'claimed', 'handing_over')
        RETURNING id, kind
    """
    return fetch(conn, UnsettledMail, sql, ids=list(ids), noted_at=noted_at)


def hold(conn: Connection, *, noted_at: datetime) -> list[UnsettledMail]:
    """The others that wait, and were due before the restore, are in doubt until staff decide."""
    sql = """
        UPDATE messages
           SET state = 'in_doubt', doubts = doubts + 1, next_attempt_at = NULL, claimed_by = NULL, lease_until = NULL,
               reason = 'may have been sent before the restore'
         WHERE caused_at < %(noted_at)s AND next_attempt_at IS NOT NULL
           AND state IN ('queued', 'retry', 'in_doubt', 'claimed', 'handing_over')
        RETURNING id, kind
    """
    return fetch(conn, UnsettledMail, sql, noted_at=noted_at)


def count_due(conn: Connection, *, noted_at: datetime) -> int:
    """How many mails wait that were due before the restore."""
    sql = """
        SELECT count(*) FROM messages
         WHERE caused_at < %(noted_at)s AND next_attempt_at IS NOT NULL
           AND state IN ('queued', 'retry', 'in_doubt', 'claimed', 'handing_over')
    """
    return fetch_value(conn, sql, noted_at=noted_at)


def wake_sender(conn: Connection) -> None:
    execute(conn, "SELECT pg_notify(current_schema() || '_mails', '')")
