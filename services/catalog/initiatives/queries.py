"""Initiatives."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.catalog.dates.edtf_dates import When
from shared.database import execute, fetch


@dataclass(frozen=True)
class InitiativeContent:
    id: UUID
    slug: str
    title: str
    summary: str
    description: str
    description_html: str
    edtf: str | None
    partners: list[dict[str, Any]]
    funder: dict[str, Any] | None
    funding: dict[str, Any] | None
    follows: dict[str, Any] | None
    planned: dict[str, int]
    series: list[dict[str, Any]]
    sessions: list[dict[str, Any]]


def upsert_initiative(
    conn: Connection,
    *,
    id: UUID,
    when: When | None,
    follows: str | None,
    funder_id: UUID | None,
    funding: dict[str, Any] | None,
    planned: dict[str, int],
) -> None:
    sql = """
        INSERT INTO initiatives (id, edtf, follows, funder_id, funding, planned)
        VALUES (%(id)s, %(edtf)s, %(follows)s, %(funder_id)s, %(funding)s::json, %(planned)s::json)
        ON CONFLICT (id) DO UPDATE
           SET edtf = excluded.edtf, follows = excluded.follows, funder_id = excluded.funder_id,
               funding = excluded.funding, planned = excluded.planned
    """
    execute(
        conn,
        sql,
        id=id,
        edtf=when.edtf if when else None,
        follows=follows,
        funder_id=funder_id,
        funding=orjson.dumps(funding).decode() if funding else None,
        planned=orjson.dumps(planned).decode(),
    )


def select_initiative_contents(conn: Connection, ids: list[UUID]) -> list[InitiativeContent]:
    """Return initiatives with their public series and sessions."""
    sql = """
        SELECT entry.id, entry.slug, entry.title, entry.summary, entry.description, entry.description_html,
               initiative.edtf,
               (SELECT coalesce(json_agg(json_build_object('slug', organization.slug, 'name', organization.title,
                                                           'role', role) ORDER BY place), '[]')
                  FROM involvements JOIN entries AS organization ON organization.id = organization_id
                 WHERE entry_id = entry.id) AS partners,
               (SELECT json_build_object('slug', slug, 'name', title)
                  FROM entries WHERE id = initiative.funder_id) AS funder,
               initiative.funding,
               (SELECT json_build_object('slug', given.slug, 'title', earlier.title)
                  FROM (SELECT initiative.follows AS slug) AS given
                  LEFT JOIN entries AS earlier ON earlier.kind = 'initiative' AND earlier.slug = given.slug
                                              AND earlier.published_at IS NOT NULL
                 WHERE given.slug IS NOT NULL) AS follows,
               initiative.planned,
               (SELECT coalesce(json_agg(json_build_object('slug', part.slug, 'title', part.title)
                                         ORDER BY series.place), '[]')
                  FROM series JOIN entries AS part ON part.id = series.id
                 WHERE series.initiative_id = entry.id AND part.published_at IS NOT NULL) AS series,
               (SELECT coalesce(json_agg(json_build_object('slug', part.slug, 'title', part.title)
                                         ORDER BY series.place NULLS FIRST, session.place), '[]')
                  FROM sessions AS session
                  JOIN entries AS part ON part.id = session.id
                  LEFT JOIN series ON series.id = session.series_id
                 WHERE session.initiative_id = entry.id AND part.published_at IS NOT NULL) AS sessions
          FROM initiatives AS initiative JOIN entries AS entry USING (id)
         WHERE id = ANY(%(ids)s) ORDER BY slug
    """
    return fetch(conn, InitiativeContent, sql, ids=ids)
