"""Occurrences of an address or a name."""

from typing import Any, LiteralString

from psycopg import Connection

from shared.database import fetch_dicts

COMMENTS: LiteralString = """
    SELECT comment.id, entry.kind, entry.slug AS session, status, author, body, created_at
      FROM comments AS comment JOIN entries AS entry ON entry.id = session_id
"""


def select_comments_naming(conn: Connection, pattern: str) -> list[dict[str, Any]]:
    """Return comments in any state whose name or text matches the lowercase pattern."""
    sql = COMMENTS + "WHERE lower(author) ~ %(pattern)s OR lower(body) ~ %(pattern)s ORDER BY created_at, comment.id"
    return fetch_dicts(conn, sql, pattern=pattern)


def select_comments_signed(conn: Connection, name: str) -> list[dict[str, Any]]:
    """Return comments in any state that are signed with this name, ignoring case."""
    sql = COMMENTS + "WHERE lower(author) = lower(%(name)s) ORDER BY created_at, comment.id"
    return fetch_dicts(conn, sql, name=name)


def select_entries_naming(conn: Connection, pattern: str) -> list[dict[str, Any]]:
    """Return entries in any state that match the lowercase pattern."""
    sql = """
        SELECT kind, slug, title FROM entries
         WHERE lower(document::text) ~ %(pattern)s OR lower(private::text) ~ %(pattern)s
            OR lower(concat_ws(' ', title, summary, description)) ~ %(pattern)s
         ORDER BY kind, slug
    """
    return fetch_dicts(conn, sql, pattern=pattern)
