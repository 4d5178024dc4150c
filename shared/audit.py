"""The audit log: every staff write, in the transaction that does it."""

from typing import Any

import orjson
from psycopg import Connection
from structlog.contextvars import get_contextvars

from shared.database import execute, fetch_dicts


def record(conn: Connection, *, actor: str, action: str, subject: str, changes: dict[str, Any]) -> None:
    """Write down who did what to which subject; `changes` names what changed, as `{member: [before, after]}` where
    that is known.
    """
    sql = """
        INSERT INTO audit_log (actor, action, subject, request_id, changes)
        VALUES (%(actor)s, %(action)s, %(subject)s, %(request_id)s, %(changes)s::jsonb)
    """
    execute(
        conn,
        sql,
        actor=actor,
        action=action,
        subject=subject,
        request_id=get_contextvars().get("request_id"),
        changes=orjson.dumps(changes, default=str).decode(),
    )


def select(
    conn: Connection, *, actor: str | None, action: str | None, subject: str | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return audited actions, newest first, before an id."""
    sql = """
        SELECT id, at, actor, action, subject, request_id, changes FROM audit_log
         WHERE (%(actor)s::text IS NULL OR actor = %(actor)s)
           AND (%(action)s::text IS NULL OR action = %(action)s)
           AND (%(subject)s::text IS NULL OR subject = %(subject)s)
           AND (%(before)s::bigint IS NULL OR id < %(before)s)
         ORDER BY id DESC LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, actor=actor, action=action, subject=subject, before=before, limit=limit)
