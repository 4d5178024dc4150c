"""SQL of the templates by staff."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from shared.database import execute, fetch, fetch_one


@dataclass(frozen=True)
class TemplateOverride:
    """A template by staff since when, and, where a mail was sent as built in since it failed, since when and why."""

    kind: str
    source: str
    since: datetime
    broken_since: datetime | None
    broken: str | None


def select_overrides(conn: Connection) -> list[TemplateOverride]:
    return fetch(
        conn, TemplateOverride, "SELECT kind, source, since, broken_since, broken FROM templates ORDER BY kind"
    )


def select_override(conn: Connection, kind: str) -> TemplateOverride | None:
    sql = "SELECT kind, source, since, broken_since, broken FROM templates WHERE kind = %(kind)s"
    return fetch_one(conn, TemplateOverride, sql, kind=kind)


def lock(conn: Connection) -> None:
    """Keep others from changing any template until the transaction ends; reading goes on."""
    execute(conn, "LOCK TABLE templates IN SHARE ROW EXCLUSIVE MODE")


def upsert_override(conn: Connection, *, kind: str, source: str) -> None:
    """Put the template in the place of the built-in one, as one that has not failed yet."""
    sql = """
        INSERT INTO templates (kind, source) VALUES (%(kind)s, %(source)s)
        ON CONFLICT (kind) DO UPDATE
           SET source = excluded.source, since = programme_now(), broken_since = NULL, broken = NULL
    """
    execute(conn, sql, kind=kind, source=source)


def delete_override(conn: Connection, kind: str) -> int:
    return execute(conn, "DELETE FROM templates WHERE kind = %(kind)s", kind=kind)


def mark_broken(conn: Connection, *, kind: str, source: str, reason: str) -> None:
    """This template failed when a mail was due; the first time counts. Nothing where it was replaced meanwhile."""
    sql = """
        UPDATE templates SET broken_since = programme_now(), broken = %(reason)s
         WHERE kind = %(kind)s AND source = %(source)s AND broken_since IS NULL
    """
    execute(conn, sql, kind=kind, source=source, reason=reason)
