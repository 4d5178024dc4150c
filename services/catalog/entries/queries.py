"""Entries: what all kinds have in common, and their involvements and terms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection
from uuid_utils.compat import uuid7

from shared.database import execute, fetch, fetch_dicts, fetch_one, fetch_value


def select_documents(conn: Connection, kind: str, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Return public documents of a kind, by slug, after one."""
    sql = """
        SELECT slug, document FROM entries
         WHERE kind = %(kind)s AND published_at IS NOT NULL AND (%(after)s::text IS NULL OR slug > %(after)s)
         ORDER BY slug LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, kind=kind, after=after, limit=limit)


def select_documents_of(conn: Connection, kind: str, slugs: list[str]) -> dict[str, dict[str, Any]]:
    """Return the public documents with these slugs."""
    sql = """
        SELECT slug, document FROM entries
         WHERE kind = %(kind)s AND slug = ANY(%(slugs)s) AND published_at IS NOT NULL
    """
    return dict(conn.execute(sql, {"kind": kind, "slugs": slugs}).fetchall())


Document = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A stored entry: its public document and its private state.

    `initiative_id` is the initiative that it belongs to: its own id for an initiative, None for organizations and
    vocabularies.
    """

    id: UUID
    number: int
    kind: str
    slug: str
    state: str
    published_at: datetime | None
    publish_at: datetime | None
    withdrawn_at: datetime | None
    announced: bool
    revision: int
    changed_in: int
    initiative_id: UUID | None
    document: dict[str, Any]
    private: dict[str, Any]

    @property
    def was_public(self) -> bool:
        return self.revision > 0


# The columns of an Entry; statements append a WHERE clause.
ENTRIES: LiteralString = """
    SELECT entry.id, number, kind, slug, state, published_at, publish_at, withdrawn_at, announced, revision, changed_in,
           CASE WHEN kind = 'initiative' THEN entry.id
                ELSE coalesce(series.initiative_id, session.initiative_id, announcement.initiative_id)
           END AS initiative_id,
           document, private
      FROM entries AS entry
      LEFT JOIN series ON series.id = entry.id
      LEFT JOIN sessions AS session ON session.id = entry.id
      LEFT JOIN announcements AS announcement ON announcement.id = entry.id
"""


@dataclass(frozen=True, kw_only=True)
class EntryValues:
    """The columns that every kind of entry writes. `publish` makes a draft public: at once, or at `publish_at`."""

    kind: str
    slug: str
    title: str
    summary: str = ""
    description: str = ""
    description_html: str = ""
    publish: bool
    publish_at: datetime | None = None


def upsert_entry(conn: Connection, values: EntryValues) -> UUID:
    """Insert or update an entry and return its id. What is public stays public, what was withdrawn stays withdrawn."""
    sql = """
        INSERT INTO entries AS known (id, kind, slug, title, summary, description, description_html, published_at,
                                      publish_at)
        SELECT %(id)s, %(kind)s, %(slug)s, %(title)s, %(summary)s, %(description)s, %(description_html)s,
               CASE WHEN %(publish)s AND due THEN programme_now() END,
               CASE WHEN %(publish)s AND NOT due THEN %(publish_at)s::timestamptz END
          FROM (SELECT coalesce(%(publish_at)s::timestamptz <= programme_now(), true) AS due) AS given
        ON CONFLICT (kind, slug) DO UPDATE
           SET title = excluded.title, summary = excluded.summary, description = excluded.description,
               description_html = excluded.description_html,
               published_at = CASE WHEN known.withdrawn_at IS NULL
                                   THEN coalesce(known.published_at, excluded.published_at) END,
               publish_at = CASE WHEN known.published_at IS NULL AND known.withdrawn_at IS NULL
                                      AND excluded.published_at IS NULL
                                 THEN coalesce(excluded.publish_at, known.publish_at) END
        RETURNING id
    """
    return fetch_value(conn, sql, id=uuid7(), **vars(values))


def select_entries(conn: Connection, ids: list[UUID]) -> list[Entry]:
    sql = ENTRIES + "WHERE entry.id = ANY(%(ids)s)"
    return fetch(conn, Entry, sql, ids=ids)


def select_entry(conn: Connection, kind: str, slug: str) -> Entry | None:
    """Return the entry with this slug, in any state."""
    sql = ENTRIES + "WHERE kind = %(kind)s AND slug = %(slug)s"
    return fetch_one(conn, Entry, sql, kind=kind, slug=slug)


def select_present_slug(conn: Connection, kind: str, slug: str) -> str | None:
    """Return the current slug of the entry that once had this one."""
    sql = """
        SELECT entry.slug FROM former_slugs AS former JOIN entries AS entry ON entry.id = entry_id
         WHERE former.kind = %(kind)s AND former.slug = %(slug)s
    """
    return fetch_value(conn, sql, kind=kind, slug=slug)


def select_renamed(conn: Connection, slugs: list[str]) -> dict[tuple[str, str], str]:
    """Return which of these slugs are former ones: (kind, slug) → the current slug."""
    sql = """
        SELECT former.kind, former.slug, entry.slug
          FROM former_slugs AS former JOIN entries AS entry ON entry.id = entry_id
         WHERE former.slug = ANY(%(slugs)s)
    """
    return {(kind, former): present for kind, former, present in conn.execute(sql, {"slugs": slugs})}


def rename_entry(conn: Connection, entry: Entry, *, slug: str) -> None:
    """Change the slug of an entry; the former one redirects to it."""
    sql = """
        WITH renamed AS (UPDATE entries SET slug = %(slug)s WHERE id = %(id)s),
             taken AS (DELETE FROM former_slugs WHERE kind = %(kind)s AND slug = %(slug)s)
        INSERT INTO former_slugs (kind, slug, entry_id) VALUES (%(kind)s, %(former)s, %(id)s)
        ON CONFLICT (kind, slug) DO UPDATE SET entry_id = excluded.entry_id
    """
    execute(conn, sql, id=entry.id, kind=entry.kind, former=entry.slug, slug=slug)


def select_ids(conn: Connection, kind: str, slugs: list[str]) -> dict[str, UUID]:
    """Return the ids of those slugs that exist."""
    sql = "SELECT slug, id FROM entries WHERE kind = %(kind)s AND slug = ANY(%(slugs)s)"
    return dict(conn.execute(sql, {"kind": kind, "slugs": slugs}).fetchall())


def delete_involvements(conn: Connection, entry_id: UUID) -> None:
    sql = "DELETE FROM involvements WHERE entry_id = %(entry_id)s"
    execute(conn, sql, entry_id=entry_id)


def insert_involvements(conn: Connection, entry_id: UUID, *, organization_ids: list[UUID], roles: list[str]) -> None:
    """Insert the organizations involved in an entry, in this order."""
    sql = """
        INSERT INTO involvements (entry_id, organization_id, role, place)
        SELECT %(entry_id)s, given.*
          FROM unnest(%(organization_ids)s::uuid[], %(roles)s::text[]) WITH ORDINALITY AS given
    """
    execute(conn, sql, entry_id=entry_id, organization_ids=organization_ids, roles=roles)


def delete_terms(conn: Connection, entry_id: UUID) -> None:
    sql = "DELETE FROM entry_terms WHERE entry_id = %(entry_id)s"
    execute(conn, sql, entry_id=entry_id)


def insert_terms(conn: Connection, entry_id: UUID, *, terms: dict[str, list[str]]) -> None:
    """Insert the terms of an entry by vocabulary."""
    sql = """
        INSERT INTO entry_terms (entry_id, vocabulary, term)
        SELECT %(entry_id)s, vocabulary, jsonb_array_elements_text(terms)
          FROM jsonb_each(%(terms)s::jsonb) AS given (vocabulary, terms)
        ON CONFLICT DO NOTHING
    """
    execute(conn, sql, entry_id=entry_id, terms=orjson.dumps(terms).decode())
