"""Statements for the options of form fields."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import fetch_dicts


def select_choices(conn: Connection, initiative_id: UUID | None) -> list[dict[str, Any]]:
    """Return what a form may refer to, except withdrawn entries: organizations, initiatives, and the series and
    sessions of an initiative.
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
    """Return all terms, public or not, in the order of their vocabulary."""
    sql = "SELECT vocabulary, slug, label FROM terms ORDER BY vocabulary, place, slug"
    return fetch_dicts(conn, sql)
