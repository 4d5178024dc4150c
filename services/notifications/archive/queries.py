"""SQL of the archive: what was sent, and anybody may read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from shared.database import fetch


@dataclass(frozen=True)
class ArchivedIssue:
    """An issue as anybody may read it; `content` is a part of a page."""

    id: UUID
    slug: str
    subject: str
    preheader: str
    content: str
    begun_at: datetime


def select_archive(conn: Connection, *, limit: int, slug: str | None = None) -> list[ArchivedIssue]:
    """Issues that anybody may read, the newest first; or the one with this slug."""
    sql = """
        SELECT id, slug, subject, preheader, content, begun_at FROM newsletters
         WHERE archived AND kind = 'issue' AND state IN ('sending', 'paused')
           AND (%(slug)s::text IS NULL OR slug = %(slug)s)
         ORDER BY begun_at DESC, position DESC LIMIT %(limit)s
    """
    return fetch(conn, ArchivedIssue, sql, slug=slug, limit=limit)


def select_neighbours(conn: Connection, issue: ArchivedIssue) -> tuple[ArchivedIssue | None, ArchivedIssue | None]:
    """The issues of the archive that were sent before and after this one."""
    sql = """
        (SELECT id, slug, subject, preheader, '' AS content, begun_at FROM newsletters
          WHERE archived AND kind = 'issue' AND state IN ('sending', 'paused') AND begun_at < %(begun_at)s
          ORDER BY begun_at DESC LIMIT 1)
        UNION ALL
        (SELECT id, slug, subject, preheader, '' AS content, begun_at FROM newsletters
          WHERE archived AND kind = 'issue' AND state IN ('sending', 'paused') AND begun_at > %(begun_at)s
          ORDER BY begun_at LIMIT 1)
    """
    found = fetch(conn, ArchivedIssue, sql, begun_at=issue.begun_at)
    older = next((one for one in found if one.begun_at < issue.begun_at), None)
    return older, next((one for one in found if one.begun_at > issue.begun_at), None)
