"""What editing one thing asks of the others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_dicts, fetch_value


def select_now(conn: Connection) -> datetime:
    """The programme's present moment."""
    return fetch_value(conn, "SELECT programme_now()")


def select_slug(conn: Connection, id: UUID) -> str | None:
    sql = "SELECT slug FROM entries WHERE id = %(id)s"
    return fetch_value(conn, sql, id=id)


def is_named(conn: Connection, organization_id: UUID) -> bool:
    """Whether an initiative or a session names the organization."""
    sql = """
        SELECT EXISTS (SELECT FROM involvements WHERE organization_id = %(organization_id)s)
            OR EXISTS (SELECT FROM presenters WHERE organization_id = %(organization_id)s)
            OR EXISTS (SELECT FROM initiatives WHERE funder_id = %(organization_id)s)
    """
    return fetch_value(conn, sql, organization_id=organization_id)


def select_public_parts(conn: Connection, initiative_id: UUID) -> list[UUID]:
    """The series, sessions and announcements of an initiative that are public."""
    sql = """
        SELECT id FROM entries
         WHERE published_at IS NOT NULL
           AND (id IN (SELECT id FROM series WHERE initiative_id = %(initiative_id)s)
                OR id IN (SELECT id FROM sessions WHERE initiative_id = %(initiative_id)s)
                OR id IN (SELECT id FROM announcements WHERE initiative_id = %(initiative_id)s))
    """
    return [row[0] for row in conn.execute(sql, {"initiative_id": initiative_id})]


def update_follows(conn: Connection, *, former: str, slug: str) -> None:
    """Let initiatives that follow a renamed one name it by its new slug."""
    sql = "UPDATE initiatives SET follows = %(slug)s WHERE follows = %(former)s"
    execute(conn, sql, former=former, slug=slug)


def select_states(
    conn: Connection, *, kind: str | None, state: str | None, after: tuple[str, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Everything that there is, in whatever state, by kind and slug, from after a place in that order."""
    sql = """
        SELECT id, kind, slug, title, state, publish_at, published_at, withdrawn_at, updated_at
          FROM entries
         WHERE (%(kind)s::text IS NULL OR kind = %(kind)s)
           AND (%(state)s::text IS NULL OR state = %(state)s)
           AND (%(after_kind)s::text IS NULL OR (kind, slug) > (%(after_kind)s, %(after_slug)s))
         ORDER BY kind, slug LIMIT %(limit)s
    """
    after_kind, after_slug = after or (None, None)
    return fetch_dicts(conn, sql, kind=kind, state=state, after_kind=after_kind, after_slug=after_slug, limit=limit)


def select_choices(conn: Connection, initiative_id: UUID | None) -> list[dict[str, Any]]:
    """What forms may name, but for what was withdrawn: organizations, initiatives, and the series and sessions of an
    initiative.
    """
    sql = """
        SELECT entry.kind, entry.slug, entry.title, series.slug AS series
          FROM entries AS entry
          LEFT JOIN sessions AS session ON session.id = entry.id
          LEFT JOIN series AS whole ON whole.id = session.series_id
          LEFT JOIN entries AS series ON series.id = whole.id
         WHERE entry.state <> 'withdrawn'
           AND (entry.kind IN ('organization', 'initiative')
                OR entry.id IN (SELECT id FROM series WHERE initiative_id = %(initiative_id)s)
                OR session.initiative_id = %(initiative_id)s)
         ORDER BY whole.place NULLS FIRST, session.place, lower(entry.title), entry.slug
    """
    return fetch_dicts(conn, sql, initiative_id=initiative_id)


def select_terms(conn: Connection) -> list[dict[str, Any]]:
    """Every term, public or not, in the order of its vocabulary."""
    sql = "SELECT vocabulary, slug, label FROM terms ORDER BY vocabulary, place, slug"
    return fetch_dicts(conn, sql)


def select_history(conn: Connection, id: UUID, *, limit: int) -> list[dict[str, Any]]:
    """What was done to a thing under all of its slugs, by itself or by an import, the newest first."""
    sql = """
        WITH thing AS (
            SELECT kind, slug FROM entries WHERE id = %(id)s
             UNION ALL
            SELECT kind, slug FROM former_slugs WHERE entry_id = %(id)s
        )
        SELECT log.id, at, actor, action,
               CASE WHEN action = 'import' THEN changes -> (thing.kind || '/' || thing.slug) ELSE changes END AS changes
          FROM audit_log AS log
          JOIN thing ON (log.subject = thing.slug AND starts_with(log.action, thing.kind || '.'))
                     OR (log.action = 'import' AND jsonb_exists(changes, thing.kind || '/' || thing.slug))
         ORDER BY log.id DESC LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, id=id, limit=limit)
