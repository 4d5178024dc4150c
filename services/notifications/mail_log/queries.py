"""SQL of the log of mails: what became of them, and which are still to be sent."""

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_dicts, fetch_value

LOG_ENTRIES: LiteralString = """
    SELECT message.id, message.position, message.kind, message.category, message.recipient, message.event_id,
           message.subject, message.session_id, message.state, message.attempts, message.doubts, message.caused_at,
           message.dated_at, message.sent_at, message.next_attempt_at, message.reply, message.reason,
           session.slug AS session_slug, session.title AS session_title
      FROM messages AS message LEFT JOIN sessions AS session ON session.id = message.session_id
"""


def select_messages(
    conn: Connection,
    *,
    recipient: str | None,
    kind: str | None,
    state: str | None,
    session: str | None,
    event: UUID | None,
    before: int | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The log of mails, newest first; `before` is the position that the page before ended with."""
    sql = (
        LOG_ENTRIES
        + """
     WHERE (%(recipient)s::text IS NULL OR lower(message.recipient) = lower(%(recipient)s))
       AND (%(kind)s::text IS NULL OR message.kind = %(kind)s)
       AND (%(state)s::text IS NULL OR message.state = %(state)s)
       AND (%(session)s::text IS NULL OR session.slug = %(session)s)
       AND (%(event)s::uuid IS NULL OR message.event_id = %(event)s)
       AND (%(before)s::bigint IS NULL OR message.position < %(before)s)
     ORDER BY message.position DESC
     LIMIT %(limit)s
    """
    )
    return fetch_dicts(
        conn,
        sql,
        recipient=recipient,
        kind=kind,
        state=state,
        session=session,
        event=event,
        before=before,
        limit=limit,
    )


def count_states(conn: Connection, *, days: int) -> dict[str, int]:
    """How many mails that were caused in the last days are in which state."""
    sql = """
        SELECT state, count(*) FROM messages
         WHERE caused_at > programme_now() - make_interval(days => %(days)s)
         GROUP BY state
    """
    return dict(conn.execute(sql, {"days": days}).fetchall())


@dataclass(frozen=True)
class WaitingMails:
    kind: str
    state: str
    number: int


def count_waiting(conn: Connection) -> list[WaitingMails]:
    """How many mails of each kind are still to be sent, by state; `held` are those in doubt that wait for staff."""
    sql = """
        SELECT kind, CASE WHEN state = 'in_doubt' AND next_attempt_at IS NULL THEN 'held' ELSE state END AS state,
               count(*) AS number
          FROM messages WHERE state IN ('queued', 'retry', 'in_doubt')
         GROUP BY 1, 2
    """
    return fetch(conn, WaitingMails, sql)


def select_oldest_due(conn: Connection) -> float:
    """For how many seconds the oldest single mail has been due; 0 where none is. Those of an issue may take their time,
    or be paused.
    """
    sql = """
        SELECT coalesce(extract(epoch FROM clock_timestamp() - min(next_attempt_at)), 0)::float
          FROM messages
         WHERE category = 'single' AND state IN ('queued', 'retry', 'in_doubt')
           AND next_attempt_at <= clock_timestamp()
    """
    return fetch_value(conn, sql)


def select_figures(conn: Connection) -> dict[str, Any]:
    """How long the oldest mail waits that is due, how many readers there are, and addresses that no mail goes to."""
    sql = """
        SELECT (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(next_attempt_at)), 0)::int
                  FROM messages
                 WHERE state IN ('queued', 'retry') AND next_attempt_at <= clock_timestamp()) AS oldest_seconds,
               (SELECT count(*) FROM readers WHERE status = 'confirmed') AS readers,
               (SELECT count(*) FROM suppressions) AS suppressed
    """
    return fetch_dicts(conn, sql)[0]


def select_message(conn: Connection, id: UUID) -> dict[str, Any] | None:
    """One entry of the log."""
    sql = LOG_ENTRIES + "WHERE message.id = %(id)s"
    found = fetch_dicts(conn, sql, id=id)
    return found[0] if found else None


def requeue(conn: Connection, id: UUID) -> bool:
    """Let a mail be sent again, as far as it is still due; False where it waits anyway, or was overtaken. One that may
    have arrived already says so in its head.
    """
    sql = """
        WITH again AS (
            UPDATE messages
               SET state = 'queued', next_attempt_at = clock_timestamp(), queued_at = clock_timestamp(), sent_at = NULL,
                   doubts = doubts + (state = 'sent')::integer
             WHERE id = %(id)s AND state IN ('sent', 'failed', 'in_doubt') AND recipient <> ''
            RETURNING 1
        )
        SELECT count(*), pg_notify(current_schema() || '_mails', '') FROM again
    """
    return bool(fetch_value(conn, sql, id=id))
