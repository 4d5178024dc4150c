"""Which entries may change together."""

from uuid import UUID

from psycopg import Connection


def select_family(
    conn: Connection, initiative_id: UUID | None, *, organization_ids: list[UUID]
) -> dict[str, list[UUID]]:
    """Return, by kind, what may change with an initiative and these organizations: its parts, its followers, and what
    names one of them.
    """
    sql = """
        SELECT kind, array_agg(id ORDER BY id) FROM entries
         WHERE id = %(initiative_id)s
            OR id IN (SELECT id FROM series WHERE initiative_id = %(initiative_id)s)
            OR id IN (SELECT id FROM sessions WHERE initiative_id = %(initiative_id)s)
            OR id IN (SELECT id FROM announcements WHERE initiative_id = %(initiative_id)s)
            OR id IN (SELECT entry_id FROM involvements WHERE organization_id = ANY(%(organization_ids)s))
            OR id IN (SELECT session_id FROM presenters WHERE organization_id = ANY(%(organization_ids)s))
            OR id IN (SELECT id FROM initiatives WHERE funder_id = ANY(%(organization_ids)s)
                         OR follows = (SELECT slug FROM entries WHERE id = %(initiative_id)s))
         GROUP BY kind
    """
    return dict(conn.execute(sql, {"initiative_id": initiative_id, "organization_ids": organization_ids}).fetchall())
