"""Series and what completes them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.catalog.dates.edtf_dates import When
from shared.database import execute, fetch


@dataclass(frozen=True)
class SeriesContent:
    """The content of a series. `completing` are the public sessions that count, `invited` is the one that completing it
    invites to.
    """

    id: UUID
    slug: str
    title: str
    summary: str
    description: str
    description_html: str
    initiative: dict[str, Any]
    edtf: str | None
    audience: dict[str, Any]
    sessions: list[dict[str, Any]]
    counts: list[str] | None
    completing: list[dict[str, Any]]
    invited: dict[str, Any] | None


def upsert_series(
    conn: Connection, *, id: UUID, initiative_id: UUID, when: When | None, audience: dict[str, Any]
) -> None:
    """Insert or update a series; a new one is placed after the others of its initiative."""
    sql = """
        INSERT INTO series (id, initiative_id, place, edtf, audience)
        SELECT %(id)s, %(initiative_id)s, coalesce(max(place), 0) + 1, %(edtf)s, %(audience)s::json
          FROM series WHERE initiative_id = %(initiative_id)s
        ON CONFLICT (id) DO UPDATE SET edtf = excluded.edtf, audience = excluded.audience
    """
    execute(
        conn,
        sql,
        id=id,
        initiative_id=initiative_id,
        edtf=when.edtf if when else None,
        audience=orjson.dumps(audience).decode(),
    )


def delete_completions(conn: Connection, series_ids: list[UUID]) -> None:
    sql = "DELETE FROM completion_sessions WHERE series_id = ANY(%(series_ids)s)"
    execute(conn, sql, series_ids=series_ids)


def update_completion(conn: Connection, series_id: UUID, *, counts: list[str] | None, invites_to: UUID | None) -> None:
    """Set how a series is completed."""
    sql = "UPDATE series SET counts = %(counts)s, invites_to = %(invites_to)s WHERE id = %(series_id)s"
    execute(conn, sql, series_id=series_id, counts=counts, invites_to=invites_to)


def insert_completion_sessions(conn: Connection, series_id: UUID, session_ids: list[UUID]) -> None:
    sql = """
        INSERT INTO completion_sessions (series_id, session_id, place)
        SELECT %(series_id)s, given.* FROM unnest(%(session_ids)s::uuid[]) WITH ORDINALITY AS given
    """
    execute(conn, sql, series_id=series_id, session_ids=session_ids)


def select_series_contents(conn: Connection, ids: list[UUID]) -> list[SeriesContent]:
    """Return series with their public sessions."""
    sql = """
        SELECT entry.id, entry.slug, entry.title, entry.summary, entry.description, entry.description_html,
               json_build_object('slug', initiative.slug, 'title', initiative.title) AS initiative,
               series.edtf, series.audience,
               (SELECT coalesce(json_agg(json_build_object('slug', part.slug, 'title', part.title)
                                         ORDER BY session.place), '[]')
                  FROM sessions AS session JOIN entries AS part ON part.id = session.id
                 WHERE session.series_id = entry.id AND part.published_at IS NOT NULL) AS sessions,
               series.counts,
               (SELECT coalesce(json_agg(json_build_object('id', part.id, 'slug', part.slug) ORDER BY place), '[]')
                  FROM completion_sessions JOIN entries AS part ON part.id = session_id
                 WHERE series_id = entry.id AND part.published_at IS NOT NULL) AS completing,
               (SELECT json_build_object('id', part.id, 'slug', part.slug)
                  FROM entries AS part WHERE part.id = series.invites_to AND part.published_at IS NOT NULL) AS invited
          FROM series
          JOIN entries AS entry ON entry.id = series.id
          JOIN entries AS initiative ON initiative.id = series.initiative_id
         WHERE series.id = ANY(%(ids)s) ORDER BY series.place
    """
    return fetch(conn, SeriesContent, sql, ids=ids)
