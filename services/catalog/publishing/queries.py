"""Entries, the catalog's revision and its changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from uuid_utils.compat import uuid7

from shared.database import execute, fetch, fetch_value


@dataclass(frozen=True)
class Entry:
    """What stands of something in the catalog: its public document, and what of its state is not public."""

    id: UUID
    kind: str
    slug: str
    published_at: datetime | None
    revision: int
    changed_in: int
    document: dict[str, Any]
    private: dict[str, Any]


def lock_catalog(conn: Connection) -> None:
    """Wait until nobody else writes, and write alone until the transaction ends."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('catalog:' || current_schema(), 0))"
    execute(conn, sql)


def raise_revision(conn: Connection) -> int:
    """The catalog's next revision."""
    sql = "UPDATE catalog_revision SET revision = revision + 1 RETURNING revision"
    return fetch_value(conn, sql)


def upsert_entry(
    conn: Connection,
    *,
    kind: str,
    slug: str,
    title: str,
    summary: str = "",
    description: str = "",
    description_html: str = "",
    publish: bool,
) -> UUID:
    """Say what an entry has in common with all; `publish` makes a draft public, and leaves what is public so."""
    sql = """
        INSERT INTO entries AS known (id, kind, slug, title, summary, description, description_html, published_at)
        VALUES (%(id)s, %(kind)s, %(slug)s, %(title)s, %(summary)s, %(description)s, %(description_html)s,
                CASE WHEN %(publish)s THEN programme_now() END)
        ON CONFLICT (kind, slug) DO UPDATE
           SET title = excluded.title, summary = excluded.summary, description = excluded.description,
               description_html = excluded.description_html,
               published_at = coalesce(known.published_at, excluded.published_at)
        RETURNING id
    """
    return fetch_value(
        conn,
        sql,
        id=uuid7(),
        kind=kind,
        slug=slug,
        title=title,
        summary=summary,
        description=description,
        description_html=description_html,
        publish=publish,
    )


def publish_entry(conn: Connection, *, kind: str, slug: str) -> None:
    """Make an entry public whose content stands elsewhere, such as a vocabulary's."""
    sql = """
        UPDATE entries SET published_at = coalesce(published_at, programme_now())
         WHERE kind = %(kind)s AND slug = %(slug)s
    """
    execute(conn, sql, kind=kind, slug=slug)


def select_entries(conn: Connection, ids: list[UUID]) -> list[Entry]:
    sql = """
        SELECT id, kind, slug, published_at, revision, changed_in, document, private
          FROM entries WHERE id = ANY(%(ids)s)
    """
    return fetch(conn, Entry, sql, ids=ids)


def select_ids(conn: Connection, kind: str, slugs: list[str]) -> dict[str, UUID]:
    """The ids of those of the slugs that are known."""
    sql = "SELECT slug, id FROM entries WHERE kind = %(kind)s AND slug = ANY(%(slugs)s)"
    return dict(conn.execute(sql, {"kind": kind, "slugs": slugs}).fetchall())


def update_entry(
    conn: Connection, id: UUID, *, revision: int, changed_in: int, document: dict[str, Any], private: dict[str, Any]
) -> None:
    """Keep what an entry's content was composed to."""
    sql = """
        UPDATE entries SET revision = %(revision)s, changed_in = %(changed_in)s,
                           document = %(document)s::json, private = %(private)s::json
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=id,
        revision=revision,
        changed_in=changed_in,
        document=orjson.dumps(document).decode(),
        private=orjson.dumps(private).decode(),
    )


def insert_change(
    conn: Connection, *, revision: int, kind: str, entry_id: UUID, slug: str, document: dict[str, Any]
) -> None:
    """Tell those who follow the catalog what an entry says now."""
    sql = """
        INSERT INTO changes (revision, kind, entry_id, slug, operation, document)
        VALUES (%(revision)s, %(kind)s, %(entry_id)s, %(slug)s, 'put', %(document)s::json)
    """
    execute(
        conn,
        sql,
        revision=revision,
        kind=kind,
        entry_id=entry_id,
        slug=slug,
        document=orjson.dumps(document).decode(),
    )


def delete_involvements(conn: Connection, entry_id: UUID) -> None:
    sql = "DELETE FROM involvements WHERE entry_id = %(entry_id)s"
    execute(conn, sql, entry_id=entry_id)


def insert_involvements(conn: Connection, entry_id: UUID, *, organization_ids: list[UUID], roles: list[str]) -> None:
    """Say which organizations play which part in an entry, in this order."""
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
    """Say which terms of which vocabularies describe an entry."""
    sql = """
        INSERT INTO entry_terms (entry_id, vocabulary, term)
        SELECT %(entry_id)s, vocabulary, jsonb_array_elements_text(terms)
          FROM jsonb_each(%(terms)s::jsonb) AS given (vocabulary, terms)
        ON CONFLICT DO NOTHING
    """
    execute(conn, sql, entry_id=entry_id, terms=orjson.dumps(terms).decode())
