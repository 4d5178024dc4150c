"""SQL of how issues reach their readers: whom, how far, and what became of the mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from services.notifications.messages.kinds import MailKind
from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class StartedIssue:
    """What an issue said when it began, and how far it has got."""

    id: UUID
    kind: Literal["issue", "digest"]
    slug: str
    subject: str
    preheader: str
    archived: bool
    html: str | None
    plain: str | None
    news_since: datetime | None
    begun_at: datetime


@dataclass(frozen=True)
class IssueProgress:
    """How many mails of an issue are what. `due` are all that were made due so far; `waiting` are still to be sent;
    `in_doubt` wait for staff.
    """

    complete: bool
    due: int
    waiting: int
    sent: int
    failed: int
    in_doubt: int
    superseded: int
    bounced: int
    unsubscribed: int


def select_started(conn: Connection, ids: Sequence[UUID]) -> list[StartedIssue]:
    """What these issues say, since they began."""
    sql = """
        SELECT id, kind, slug, subject, preheader, archived, html, plain, news_since, begun_at
          FROM newsletters WHERE id = ANY(%(ids)s) AND begun_at IS NOT NULL
    """
    return fetch(conn, StartedIssue, sql, ids=list(ids))


def count_readers(conn: Connection, *, library_types: Sequence[str], topics: Sequence[str]) -> int:
    """How many readers an issue for these would reach."""
    sql = """
        SELECT count(*) FROM subscriptions AS reader
         WHERE is_reached(reader, %(library_types)s::text[], %(topics)s::text[])
           AND NOT EXISTS (SELECT FROM suppressions WHERE suppressions.email = reader.email)
    """
    return fetch_value(conn, sql, library_types=list(library_types), topics=list(topics))


def lock_unfinished_issue(conn: Connection) -> StartedIssue | None:
    """An issue of which readers are still to be reached, and that no other worker is at."""
    sql = """
        SELECT id, kind, slug, subject, preheader, archived, html, plain, news_since, begun_at
          FROM newsletters WHERE state = 'sending' AND fanned_out_at IS NULL
         ORDER BY begun_at, position LIMIT 1 FOR UPDATE SKIP LOCKED
    """
    return fetch_one(conn, StartedIssue, sql)


def insert_mails(conn: Connection, id: UUID, kind: MailKind, *, limit: int) -> int:
    """Make an issue's mails due for the next `limit` readers, in the order in which they came; how many readers were
    looked at. Who came after it began, has left, or gets no mail is left out. A later digest overtakes an earlier one,
    an issue overtakes none.
    """
    sql = """
        WITH batch AS MATERIALIZED (
            SELECT reader.*, reader AS whole FROM subscriptions AS reader, newsletters AS issue
             WHERE issue.id = %(id)s AND reader.position > reached AND reader.position <= last_reader
             ORDER BY reader.position LIMIT %(limit)s
        ), added AS (
            INSERT INTO messages (kind, topic, category, subject, cause, event_id, revision, caused_at, recipient,
                                  context)
            SELECT %(kind)s, %(topic)s, 'bulk', batch.id, issue.id, issue.id,
                   CASE issue.kind WHEN 'digest' THEN extract(epoch FROM issue.begun_at)::bigint ELSE 1 END,
                   issue.begun_at, batch.email,
                   CASE issue.kind WHEN 'digest'
                                   THEN jsonb_build_object('library_types', batch.library_types, 'topics', batch.topics)
                                   ELSE '{}' END
              FROM batch JOIN newsletters AS issue ON issue.id = %(id)s
             WHERE is_reached(whole, issue.library_types, issue.topics)
               AND (issue.kind = 'issue' OR batch.digest)
               AND batch.confirmed_at <= issue.begun_at
               AND NOT EXISTS (SELECT FROM suppressions WHERE suppressions.email = batch.email)
             ORDER BY batch.position
            ON CONFLICT DO NOTHING
        ), moved AS (
            UPDATE newsletters
               SET reached = coalesce((SELECT max(position) FROM batch), reached),
                   fanned_out_at = CASE WHEN (SELECT count(*) FROM batch) < %(limit)s THEN clock_timestamp() END
             WHERE id = %(id)s
        )
        SELECT count(*), pg_notify(current_schema() || '_mails', '') FROM batch
    """
    return fetch_value(conn, sql, id=id, kind=kind.name, topic=kind.topic, limit=limit)


def hold_mails(conn: Connection, *, limit: int) -> int:
    """Let mails of paused issues wait, so that senders need not pass over them; how many."""
    sql = """
        UPDATE messages SET next_attempt_at = NULL
         WHERE id IN (SELECT message.id FROM newsletters AS issue JOIN messages AS message ON event_id = issue.id
                       WHERE issue.state = 'paused' AND category = 'bulk' AND message.state IN ('queued', 'retry')
                         AND next_attempt_at IS NOT NULL
                       LIMIT %(limit)s FOR UPDATE OF message SKIP LOCKED)
    """
    return execute(conn, sql, limit=limit)


def release_mails(conn: Connection, *, limit: int) -> int:
    """Let mails of issues go on that are not paused any more; how many."""
    sql = """
        UPDATE messages SET next_attempt_at = clock_timestamp()
         WHERE id IN (SELECT message.id FROM newsletters AS issue JOIN messages AS message ON event_id = issue.id
                       WHERE issue.state = 'sending' AND category = 'bulk' AND message.state IN ('queued', 'retry')
                         AND next_attempt_at IS NULL
                       LIMIT %(limit)s FOR UPDATE OF message SKIP LOCKED)
    """
    return execute(conn, sql, limit=limit)


def supersede_mails(conn: Connection, *, limit: int) -> int:
    """Mails of cancelled issues are not due any more; how many."""
    sql = """
        UPDATE messages SET state = 'superseded', reason = 'the issue was cancelled'
         WHERE id IN (SELECT message.id FROM newsletters AS issue JOIN messages AS message ON event_id = issue.id
                       WHERE issue.state = 'cancelled' AND category = 'bulk' AND message.state IN ('queued', 'retry')
                       LIMIT %(limit)s FOR UPDATE OF message SKIP LOCKED)
    """
    return execute(conn, sql, limit=limit)


def select_progress(conn: Connection, id: UUID) -> IssueProgress:
    """What became of an issue's mails. Bounced are those whose address was told not to exist after they were sent."""
    sql = """
        SELECT (SELECT fanned_out_at IS NOT NULL FROM newsletters WHERE id = %(id)s) AS complete, count(*) AS due,
               count(*) FILTER (WHERE state IN ('queued', 'claimed', 'handing_over', 'retry')) AS waiting,
               count(*) FILTER (WHERE state = 'sent') AS sent,
               count(*) FILTER (WHERE state = 'failed') AS failed,
               count(*) FILTER (WHERE state = 'in_doubt') AS in_doubt,
               count(*) FILTER (WHERE state = 'superseded') AS superseded,
               (SELECT count(*) FROM messages AS mail JOIN suppressions ON email = recipient
                 WHERE event_id = %(id)s AND category = 'bulk' AND mail.state = 'sent'
                   AND suppressions.reason = 'bounce' AND since >= sent_at) AS bounced,
               (SELECT count(*) FROM subscriptions WHERE ended_by = %(id)s) AS unsubscribed
          FROM messages WHERE event_id = %(id)s AND category = 'bulk'
    """
    found = fetch_one(conn, IssueProgress, sql, id=id)
    assert found
    return found
