"""Labels and lists that public pages show besides an entry's own document."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from shared.database import fetch, fetch_dicts


@dataclass(frozen=True)
class TermLabel:
    """A term with its label, and the label of its vocabulary."""

    vocabulary: str
    heading: str
    slug: str
    label: str


def select_labels(conn: Connection, slugs: list[str]) -> list[TermLabel]:
    """Return the labels of the public terms with these slugs, in display order."""
    sql = """
        SELECT vocabulary, entry.title AS heading, terms.slug, label
          FROM terms JOIN entries AS entry ON entry.kind = 'vocabulary' AND entry.slug = vocabulary
         WHERE terms.slug = ANY(%(slugs)s) AND terms.published_at IS NOT NULL
         ORDER BY vocabulary, place, terms.slug
    """
    return fetch(conn, TermLabel, sql, slugs=slugs)


def select_terms(conn: Connection, vocabularies: list[str]) -> list[TermLabel]:
    """Return the public terms of these vocabularies, in display order."""
    sql = """
        SELECT vocabulary, entry.title AS heading, terms.slug, label
          FROM terms JOIN entries AS entry ON entry.kind = 'vocabulary' AND entry.slug = vocabulary
         WHERE vocabulary = ANY(%(vocabularies)s) AND terms.published_at IS NOT NULL
         ORDER BY vocabulary, place, terms.slug
    """
    return fetch(conn, TermLabel, sql, vocabularies=vocabularies)


def select_announcements(conn: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Return the newest public announcements, as lists show them."""
    sql = """
        SELECT entry.slug, entry.title, entry.summary, document ->> 'published_at' AS published_at
          FROM announcements AS announcement
          JOIN entries AS entry ON entry.id = announcement.id AND entry.published_at IS NOT NULL
         ORDER BY announced_at DESC, announcement.id DESC
         LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, limit=limit)


def select_series(conn: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Return public series, those with upcoming sessions first, then the newest, as lists show them."""
    sql = """
        SELECT entry.slug, entry.title, entry.summary, document -> 'when' AS when,
               json_array_length((document -> 'sessions')::json) AS sessions,
               EXISTS (SELECT FROM sessions AS session JOIN entries AS part ON part.id = session.id
                        WHERE session.series_id = entry.id AND part.published_at IS NOT NULL
                          AND session.status IN ('planned', 'scheduled')) AS coming
          FROM entries AS entry
         WHERE kind = 'series' AND published_at IS NOT NULL
         ORDER BY coming DESC, published_at DESC, entry.number
         LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, limit=limit)


def select_titles(conn: Connection, kind: str, slugs: list[str]) -> dict[str, str]:
    """Return the titles of the public entries with these slugs."""
    sql = """
        SELECT slug, title FROM entries
         WHERE kind = %(kind)s AND slug = ANY(%(slugs)s) AND published_at IS NOT NULL
    """
    return dict(conn.execute(sql, {"kind": kind, "slugs": slugs}).fetchall())


def select_headings(conn: Connection) -> dict[str, str]:
    """Return the titles of the vocabularies."""
    return dict(conn.execute("SELECT slug, title FROM entries WHERE kind = 'vocabulary'").fetchall())
