"""SQL of issues: what they are, whom they reach, what became of their mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from services.notifications.messages.kinds import Kind
from shared.database import execute, fetch, fetch_one, fetch_value

Draft = Literal["draft", "scheduled"]
State = Literal["draft", "scheduled", "sending", "paused", "cancelled", "sent"]


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue, or a digest. `state` is `sent` once everybody was reached and no mail of it waits. No library types are
    all of them, and so with topics.
    """

    id: UUID
    position: int
    revision: int
    kind: Literal["issue", "digest"]
    slug: str
    subject: str
    preheader: str
    body: str
    library_types: list[str]
    topics: list[str]
    archived: bool
    announcement_id: UUID | None
    state: State
    send_at: datetime | None
    news_since: datetime | None
    begun_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class Sending:
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
class Progress:
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


@dataclass(frozen=True)
class Announcement:
    id: UUID
    title: str
    summary: str
    body: str
    page_url: str
    terms: dict[str, list[str]]


@dataclass(frozen=True)
class Archived:
    """An issue as anybody may read it; `content` is a part of a page."""

    id: UUID
    slug: str
    subject: str
    preheader: str
    content: str
    begun_at: datetime


def insert(
    conn: Connection,
    *,
    slug: str,
    subject: str,
    preheader: str,
    body: str,
    library_types: Sequence[str],
    topics: Sequence[str],
    archived: bool,
    announcement_id: UUID | None = None,
) -> UUID | None:
    """A draft; None where another issue has this slug, or is of this announcement."""
    sql = """
        INSERT INTO newsletters (slug, subject, preheader, body, library_types, topics, archived, announcement_id)
        VALUES (%(slug)s, %(subject)s, %(preheader)s, %(body)s, %(library_types)s::text[], %(topics)s::text[],
                %(archived)s, %(announcement_id)s)
        ON CONFLICT DO NOTHING RETURNING id
    """
    return fetch_value(
        conn,
        sql,
        slug=slug,
        subject=subject,
        preheader=preheader,
        body=body,
        library_types=list(library_types),
        topics=list(topics),
        archived=archived,
        announcement_id=announcement_id,
    )


def insert_digest(conn: Connection, *, slug: str, subject: str, since: datetime, until: datetime) -> UUID | None:
    """A digest that is sent from now on; None where it was made already, or nobody reads digests."""
    sql = """
        INSERT INTO newsletters (kind, slug, subject, preheader, body, library_types, topics, archived, state,
                                 news_since, begun_at, last_reader)
        SELECT 'digest', %(slug)s, %(subject)s, '', '', '{}', '{}', false, 'sending', %(since)s, %(until)s,
               coalesce(max(position), 0)
          FROM subscriptions HAVING bool_or(digest AND status = 'confirmed')
        ON CONFLICT DO NOTHING RETURNING id
    """
    return fetch_value(conn, sql, slug=slug, subject=subject, since=since, until=until)


def select_digest_span(conn: Connection, *, weekday: int, hour: int) -> tuple[datetime, datetime]:
    """What the digest that is due tells of: from the last one, or a week before, until the last passing of this hour
    (UTC) of this day of the week (0 is Monday).
    """
    sql = """
        WITH last AS (
            SELECT date_trunc('week', programme_now() - span, 'UTC') + span AS passed
              FROM make_interval(days => %(weekday)s, hours => %(hour)s) AS span
        )
        SELECT coalesce((SELECT max(begun_at) FROM newsletters WHERE kind = 'digest'), passed - interval '7 days'),
               passed
          FROM last
    """
    row = conn.execute(sql, {"weekday": weekday, "hour": hour}).fetchone()
    assert row
    return row[0], row[1]


def lock(conn: Connection, id: UUID) -> Issue | None:
    """An issue, which nobody else changes until the transaction ends."""
    execute(conn, "SELECT FROM newsletters WHERE id = %(id)s FOR UPDATE", id=id)
    return fetch_one(conn, Issue, "SELECT * FROM issues WHERE id = %(id)s", id=id)


def lock_due(conn: Connection) -> UUID | None:
    """An issue whose time has come, and that no other worker begins with."""
    sql = """
        SELECT id FROM newsletters WHERE state = 'scheduled' AND send_at <= programme_now()
         ORDER BY send_at, position LIMIT 1 FOR UPDATE SKIP LOCKED
    """
    return fetch_value(conn, sql)


def select_of_announcement(conn: Connection, announcement: UUID) -> Issue | None:
    sql = "SELECT * FROM issues WHERE announcement_id = %(announcement)s"
    return fetch_one(conn, Issue, sql, announcement=announcement)


def select_announcement(conn: Connection, slug: str) -> Announcement | None:
    """A published announcement."""
    sql = """
        SELECT id, title, summary, body, page_url, terms FROM announcements
         WHERE slug = %(slug)s AND public ORDER BY revision DESC LIMIT 1
    """
    return fetch_one(conn, Announcement, sql, slug=slug)


def select(conn: Connection, *, state: State | None, before: int | None, limit: int) -> list[Issue]:
    """The newest first; `before` is the position that the page before ended with."""
    sql = """
        SELECT * FROM issues
         WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(before)s::bigint IS NULL OR position < %(before)s)
         ORDER BY position DESC LIMIT %(limit)s
    """
    return fetch(conn, Issue, sql, state=state, before=before, limit=limit)


def update(conn: Connection, wanted: Issue) -> None:
    sql = """
        UPDATE newsletters
           SET revision = revision + 1, slug = %(slug)s, subject = %(subject)s, preheader = %(preheader)s,
               body = %(body)s, library_types = %(library_types)s::text[], topics = %(topics)s::text[],
               archived = %(archived)s
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=wanted.id,
        slug=wanted.slug,
        subject=wanted.subject,
        preheader=wanted.preheader,
        body=wanted.body,
        library_types=wanted.library_types,
        topics=wanted.topics,
        archived=wanted.archived,
    )


def delete(conn: Connection, id: UUID) -> None:
    execute(conn, "DELETE FROM newsletters WHERE id = %(id)s", id=id)


def update_state(conn: Connection, id: UUID, state: State) -> None:
    sql = "UPDATE newsletters SET revision = revision + 1, state = %(state)s WHERE id = %(id)s"
    execute(conn, sql, id=id, state=state)


def update_schedule(conn: Connection, id: UUID, *, state: Draft, send_at: datetime | None) -> None:
    """Send it at a moment (None: now), or as a draft at none."""
    sql = """
        UPDATE newsletters
           SET revision = revision + 1, state = %(state)s,
               send_at = CASE WHEN %(state)s = 'scheduled' THEN coalesce(%(send_at)s, programme_now()) END
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id, state=state, send_at=send_at)


def begin(conn: Connection, id: UUID, *, content: str, html: str, plain: str) -> None:
    """Send it from now on, as it says now, to those who are readers now."""
    sql = """
        UPDATE newsletters
           SET revision = revision + 1, state = 'sending', begun_at = programme_now(), content = %(content)s,
               html = %(html)s, plain = %(plain)s,
               last_reader = (SELECT coalesce(max(position), 0) FROM subscriptions)
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id, content=content, html=html, plain=plain)


def select_sending(conn: Connection, ids: Sequence[UUID]) -> list[Sending]:
    """What these issues say, since they began."""
    sql = """
        SELECT id, kind, slug, subject, preheader, archived, html, plain, news_since, begun_at
          FROM newsletters WHERE id = ANY(%(ids)s) AND begun_at IS NOT NULL
    """
    return fetch(conn, Sending, sql, ids=list(ids))


def count_readers(conn: Connection, *, library_types: Sequence[str], topics: Sequence[str]) -> int:
    """How many readers an issue for these would reach."""
    sql = """
        SELECT count(*) FROM subscriptions AS reader
         WHERE is_reached(reader, %(library_types)s::text[], %(topics)s::text[])
           AND NOT EXISTS (SELECT FROM suppressions WHERE suppressions.email = reader.email)
    """
    return fetch_value(conn, sql, library_types=list(library_types), topics=list(topics))


def lock_to_fan_out(conn: Connection) -> Sending | None:
    """An issue of which readers are still to be reached, and that no other worker is at."""
    sql = """
        SELECT id, kind, slug, subject, preheader, archived, html, plain, news_since, begun_at
          FROM newsletters WHERE state = 'sending' AND fanned_out_at IS NULL
         ORDER BY begun_at, position LIMIT 1 FOR UPDATE SKIP LOCKED
    """
    return fetch_one(conn, Sending, sql)


def insert_mails(conn: Connection, id: UUID, kind: Kind, *, limit: int) -> int:
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


def select_progress(conn: Connection, id: UUID) -> Progress:
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
    found = fetch_one(conn, Progress, sql, id=id)
    assert found
    return found


def select_archive(conn: Connection, *, limit: int, slug: str | None = None) -> list[Archived]:
    """Issues that anybody may read, the newest first; or the one with this slug."""
    sql = """
        SELECT id, slug, subject, preheader, content, begun_at FROM newsletters
         WHERE archived AND kind = 'issue' AND state IN ('sending', 'paused')
           AND (%(slug)s::text IS NULL OR slug = %(slug)s)
         ORDER BY begun_at DESC, position DESC LIMIT %(limit)s
    """
    return fetch(conn, Archived, sql, slug=slug, limit=limit)


def select_neighbours(conn: Connection, issue: Archived) -> tuple[Archived | None, Archived | None]:
    """The issues of the archive that were sent before and after this one."""
    sql = """
        (SELECT id, slug, subject, preheader, '' AS content, begun_at FROM newsletters
          WHERE archived AND kind = 'issue' AND state IN ('sending', 'paused') AND begun_at < %(begun_at)s
          ORDER BY begun_at DESC LIMIT 1)
        UNION ALL
        (SELECT id, slug, subject, preheader, '' AS content, begun_at FROM newsletters
          WHERE archived AND kind = 'issue' AND state IN ('sending', 'paused') AND begun_at > %(begun_at)s
          ORDER BY begun_at LIMIT 1)
    """
    found = fetch(conn, Archived, sql, begun_at=issue.begun_at)
    older = next((one for one in found if one.begun_at < issue.begun_at), None)
    return older, next((one for one in found if one.begun_at > issue.begun_at), None)
