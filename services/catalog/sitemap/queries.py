"""The pages that the sitemap lists."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import fetch

PAGES = ["initiative", "series", "session", "announcement", "organization"]


@dataclass(frozen=True)
class SitemapPart:
    """A part of the sitemap: its first id, and when anything in it last changed."""

    first: UUID
    updated_at: datetime


@dataclass(frozen=True)
class SitemapPage:
    """A public page."""

    kind: str
    slug: str
    updated_at: datetime


def select_parts(conn: Connection, *, size: int) -> list[SitemapPart]:
    """Return the public pages in parts of this size."""
    sql = """
        SELECT min(id::text)::uuid AS first, max(updated_at) AS updated_at
          FROM (SELECT id, updated_at, row_number() OVER (ORDER BY id) - 1 AS place
                  FROM entries WHERE kind = ANY(%(kinds)s) AND published_at IS NOT NULL) AS page
         GROUP BY place / %(size)s
         ORDER BY place / %(size)s
    """
    return fetch(conn, SitemapPart, sql, kinds=PAGES, size=size)


def select_pages(conn: Connection, *, first: UUID, limit: int) -> list[SitemapPage]:
    """Return public pages, from the one with this id."""
    sql = """
        SELECT kind, slug, updated_at FROM entries
         WHERE kind = ANY(%(kinds)s) AND published_at IS NOT NULL AND id >= %(first)s
         ORDER BY id LIMIT %(limit)s
    """
    return fetch(conn, SitemapPage, sql, kinds=PAGES, first=first, limit=limit)
