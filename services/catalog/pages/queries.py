"""What pages show besides a thing's own document, and which pages there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_dicts

PAGES = ["initiative", "series", "session", "announcement", "organization"]


@dataclass(frozen=True)
class Mention:
    """A session as other pages mention it."""

    slug: str
    title: str
    summary: str
    format: str
    status: str
    when: dict[str, Any]
    venue: dict[str, Any] | None
    online: dict[str, Any] | None


@dataclass(frozen=True)
class Label:
    """A term by the name that people know it by, and its vocabulary by that of its own."""

    vocabulary: str
    heading: str
    slug: str
    label: str


@dataclass(frozen=True)
class Part:
    """A part of the sitemap: the id with which it begins, and when anything in it last changed."""

    first: UUID
    updated_at: datetime


@dataclass(frozen=True)
class Address:
    """A page there is."""

    kind: str
    slug: str
    updated_at: datetime


def select_sessions_of(conn: Connection, id: UUID, *, limit: int) -> list[Mention]:
    """The public sessions of a series or an initiative, those that may start first first."""
    sql = """
        SELECT entry.slug, entry.title, entry.summary, session.format, session.status,
               document -> 'when' AS when, document -> 'venue' AS venue, document -> 'online' AS online
          FROM sessions AS session
          JOIN entries AS entry ON entry.id = session.id AND entry.published_at IS NOT NULL
         WHERE session.series_id = %(id)s OR session.initiative_id = %(id)s
         ORDER BY session.starts_earliest, session.id
         LIMIT %(limit)s
    """
    return fetch(conn, Mention, sql, id=id, limit=limit)


def select_sessions_with(conn: Connection, organization_id: UUID, *, limit: int) -> list[Mention]:
    """The public sessions in which an organization has a part, the latest first."""
    sql = """
        SELECT entry.slug, entry.title, entry.summary, session.format, session.status,
               document -> 'when' AS when, document -> 'venue' AS venue, document -> 'online' AS online
          FROM sessions AS session
          JOIN entries AS entry ON entry.id = session.id AND entry.published_at IS NOT NULL
         WHERE session.id IN (SELECT entry_id FROM involvements WHERE organization_id = %(organization_id)s)
         ORDER BY session.starts_earliest DESC, session.id DESC
         LIMIT %(limit)s
    """
    return fetch(conn, Mention, sql, organization_id=organization_id, limit=limit)


def select_sessions_ahead(conn: Connection, *, limit: int) -> list[Mention]:
    """The public sessions that are still to come, those that may start first first."""
    sql = """
        SELECT entry.slug, entry.title, entry.summary, session.format, session.status,
               document -> 'when' AS when, document -> 'venue' AS venue, document -> 'online' AS online
          FROM sessions AS session
          JOIN entries AS entry ON entry.id = session.id AND entry.published_at IS NOT NULL
         WHERE session.status IN ('planned', 'scheduled')
           AND (session.ends_at > programme_now() OR session.ends_at IS NULL AND starts_latest > programme_now())
         ORDER BY session.starts_earliest, session.id
         LIMIT %(limit)s
    """
    return fetch(conn, Mention, sql, limit=limit)


def select_labels(conn: Connection, slugs: list[str]) -> list[Label]:
    """How the public terms of these slugs are called, in the order in which people are to read them."""
    sql = """
        SELECT vocabulary, entry.title AS heading, terms.slug, label
          FROM terms JOIN entries AS entry ON entry.kind = 'vocabulary' AND entry.slug = vocabulary
         WHERE terms.slug = ANY(%(slugs)s) AND terms.published_at IS NOT NULL
         ORDER BY vocabulary, place, terms.slug
    """
    return fetch(conn, Label, sql, slugs=slugs)


def select_parts(conn: Connection, *, size: int) -> list[Part]:
    """The pages there are, in parts of this size."""
    sql = """
        SELECT min(id::text)::uuid AS first, max(updated_at) AS updated_at
          FROM (SELECT id, updated_at, row_number() OVER (ORDER BY id) - 1 AS place
                  FROM entries WHERE kind = ANY(%(kinds)s) AND published_at IS NOT NULL) AS page
         GROUP BY place / %(size)s
         ORDER BY place / %(size)s
    """
    return fetch(conn, Part, sql, kinds=PAGES, size=size)


def select_addresses(conn: Connection, *, first: UUID, limit: int) -> list[Address]:
    """The pages there are, from the one of this id."""
    sql = """
        SELECT kind, slug, updated_at FROM entries
         WHERE kind = ANY(%(kinds)s) AND published_at IS NOT NULL AND id >= %(first)s
         ORDER BY id LIMIT %(limit)s
    """
    return fetch(conn, Address, sql, kinds=PAGES, first=first, limit=limit)


def select_announcements(conn: Connection, *, limit: int) -> list[dict[str, Any]]:
    """The newest public announcements, by what a list of them shows."""
    sql = """
        SELECT entry.slug, entry.title, entry.summary, document ->> 'published_at' AS published_at
          FROM announcements AS announcement
          JOIN entries AS entry ON entry.id = announcement.id AND entry.published_at IS NOT NULL
         ORDER BY announced_at DESC, announcement.id DESC
         LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, limit=limit)
