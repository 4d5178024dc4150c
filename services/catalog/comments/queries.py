"""Comments."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class Comment:
    """A comment. `session` is the slug of the session or announcement that it is about, `kind` tells which;
    `from_network` counts pending comments from the same network, itself included, and is 0 once it is decided.
    """

    id: UUID
    kind: str
    session: str
    status: str
    author: str
    body: str
    body_html: str
    created_at: datetime
    from_network: int = 0


def lock(conn: Connection, session_id: UUID, *, author: str, body: str) -> None:
    """Lock this author and text, so that duplicates are stored one after the other."""
    sql = """
        SELECT pg_advisory_xact_lock(
                   hashtextextended(concat_ws(chr(1), %(id)s::text, %(author)s::text, %(body)s::text), 0))
    """
    execute(conn, sql, id=session_id, author=author, body=body)


def find_pending(conn: Connection, session_id: UUID, *, author: str, body: str) -> UUID | None:
    """Return the id of the same comment if it is pending."""
    sql = """
        SELECT id FROM comments
         WHERE session_id = %(session_id)s AND md5(author) = md5(%(author)s) AND md5(body) = md5(%(body)s)
           AND status = 'pending'
    """
    return fetch_value(conn, sql, session_id=session_id, author=author, body=body)


def insert_comment(
    conn: Connection, *, id: UUID, session_id: UUID, author: str, body: str, body_html: str, network: str
) -> None:
    """Insert a pending comment."""
    sql = """
        INSERT INTO comments (id, session_id, author, body, body_html, network)
        VALUES (%(id)s, %(session_id)s, %(author)s, %(body)s, %(body_html)s, %(network)s)
    """
    execute(conn, sql, id=id, session_id=session_id, author=author, body=body, body_html=body_html, network=network)


def select_comments(
    conn: Connection,
    *,
    status: str,
    session_id: UUID | None = None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Comment]:
    """Return comments with this status, oldest first, after a place in that order."""
    sql = """
        SELECT comment.id, entry.kind, entry.slug AS session, status, author, body, body_html, created_at,
               CASE WHEN status = 'pending' AND network IS NOT NULL THEN (
                   SELECT count(*) FROM comments AS other
                    WHERE other.status = 'pending' AND other.network = comment.network)
               ELSE 0 END AS from_network
          FROM comments AS comment JOIN entries AS entry ON entry.id = session_id
         WHERE status = %(status)s
           AND (%(session_id)s::uuid IS NULL OR session_id = %(session_id)s)
           AND (%(after_key)s::timestamptz IS NULL OR (created_at, comment.id) > (%(after_key)s, %(after_id)s))
         ORDER BY created_at, comment.id LIMIT %(limit)s
    """
    key, id = after or (None, None)
    return fetch(conn, Comment, sql, status=status, session_id=session_id, after_key=key, after_id=id, limit=limit)


def lock_status(conn: Connection, id: UUID) -> str | None:
    """Lock a comment and return its status; None if there is no such comment."""
    return fetch_value(conn, "SELECT status FROM comments WHERE id = %(id)s FOR UPDATE", id=id)


def update_status(conn: Connection, id: UUID, status: str) -> Comment | None:
    """Set a comment's status and return it; None if there is no such comment."""
    sql = """
        UPDATE comments SET status = %(status)s, network = NULL WHERE id = %(id)s
        RETURNING id, (SELECT kind FROM entries WHERE id = session_id) AS kind,
                  (SELECT slug FROM entries WHERE id = session_id) AS session, status, author, body, body_html,
                  created_at
    """
    return fetch_one(conn, Comment, sql, id=id, status=status)


def reject_network(conn: Connection, id: UUID) -> list[UUID]:
    """Reject all pending comments from the network of a pending comment; return their ids."""
    sql = """
        UPDATE comments SET status = 'rejected', network = NULL
         WHERE status = 'pending' AND network = (SELECT network FROM comments WHERE id = %(id)s AND status = 'pending')
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"id": id})]


def delete_comment(conn: Connection, id: UUID) -> bool:
    return bool(execute(conn, "DELETE FROM comments WHERE id = %(id)s", id=id))
