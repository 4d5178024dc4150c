"""Entries, the catalog's revision and its changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from shared.database import execute, fetch_value


def lock_catalog(conn: Connection) -> None:
    """Wait until nobody else writes, and write alone until the transaction ends."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('catalog:' || current_schema(), 0))"
    execute(conn, sql)


def raise_revision(conn: Connection) -> int:
    """The catalog's next revision, told to the processes that keep answers."""
    sql = """
        UPDATE catalog_revision SET revision = revision + 1, stamped_at = clock_timestamp()
        RETURNING revision, pg_notify(current_schema() || '_revision', '')
    """
    return fetch_value(conn, sql)


def select_next_revision(conn: Connection, revision: int) -> int:
    """The revision of an entry that changes; see `next_revision` of the schema."""
    return fetch_value(conn, "SELECT next_revision(%(revision)s::bigint)", revision=revision)


def raise_reading_revision(conn: Connection) -> None:
    """Tell the processes that keep answers of what readers see and no write of the catalog changes."""
    sql = """
        UPDATE reading_revision SET revision = revision + 1
        RETURNING pg_notify(current_schema() || '_revision', '')
    """
    execute(conn, sql)


def publish_entry(conn: Connection, *, kind: str, slug: str) -> None:
    """Make an entry public, also one that was withdrawn."""
    sql = """
        UPDATE entries
           SET published_at = coalesce(published_at, programme_now()), withdrawn_at = NULL, publish_at = NULL
         WHERE kind = %(kind)s AND slug = %(slug)s
    """
    execute(conn, sql, kind=kind, slug=slug)


def update_entry(
    conn: Connection,
    id: UUID,
    *,
    revision: int,
    changed_in: int,
    announced: bool,
    updated_at: datetime | None,
    document: dict[str, Any],
    private: dict[str, Any],
) -> None:
    """Keep what an entry's content was composed to; `updated_at` is given where the public sees it."""
    sql = """
        UPDATE entries SET revision = %(revision)s, changed_in = %(changed_in)s, announced = %(announced)s,
                           updated_at = coalesce(%(updated_at)s, updated_at),
                           document = %(document)s::json, private = %(private)s::json
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=id,
        revision=revision,
        changed_in=changed_in,
        announced=announced,
        updated_at=updated_at,
        document=orjson.dumps(document).decode(),
        private=orjson.dumps(private).decode(),
    )


def insert_change(
    conn: Connection, *, revision: int, kind: str, entry_id: UUID, slug: str, document: dict[str, Any] | None
) -> None:
    """Tell those who follow the catalog what an entry says now; without a document, that it is gone."""
    sql = """
        INSERT INTO changes (revision, kind, entry_id, slug, operation, document)
        VALUES (%(revision)s, %(kind)s, %(entry_id)s, %(slug)s,
                CASE WHEN %(document)s::json IS NULL THEN 'delete' ELSE 'put' END, %(document)s::json)
    """
    execute(
        conn,
        sql,
        revision=revision,
        kind=kind,
        entry_id=entry_id,
        slug=slug,
        document=orjson.dumps(document).decode() if document is not None else None,
    )
