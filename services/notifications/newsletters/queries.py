"""SQL of issues: what they are, and how they come to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

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
class Announcement:
    id: UUID
    title: str
    summary: str
    body: str
    page_url: str
    terms: dict[str, list[str]]


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
