"""The catalog's lock and revision, and the changes feed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from shared.database import execute, fetch_value


def lock_catalog(conn: Connection) -> None:
    """Take the catalog's write lock until the transaction ends."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('catalog:' || current_schema(), 0))"
    execute(conn, sql)


def raise_revision(conn: Connection) -> int:
    """Increment the catalog revision and notify processes that cache responses."""
    sql = """
        UPDATE catalog_revision SET revision = revision + 1, stamped_at = clock_timestamp()
        RETURNING revision, pg_notify(current_schema() || '_revision', '')
    """
    return fetch_value(conn, sql)


def select_next_revision(conn: Connection, revision: int) -> int:
    """Return the next revision of an entry; see `next_revision` in the schema."""
    return fetch_value(conn, "SELECT next_revision(%(revision)s::bigint)", revision=revision)


def raise_reading_revision(conn: Connection) -> None:
    """Invalidate cached responses after a change that is no write of the catalog."""
    sql = """
        UPDATE reading_revision SET revision = revision + 1
        RETURNING pg_notify(current_schema() || '_revision', '')
    """
    execute(conn, sql)


def publish_entry(conn: Connection, *, kind: str, slug: str) -> None:
    """Publish an entry, even a withdrawn one."""
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
    """Store an entry's composed document; `updated_at` is given if the change is public."""
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
    """Append an entry's document to the changes feed, or a tombstone without one."""
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
