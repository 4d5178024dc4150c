"""Who has seen what a series counts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection.queries import Series
from shared.database import fetch


@dataclass(frozen=True)
class Completion:
    id: UUID
    person_id: UUID
    completed_at: datetime


@dataclass(frozen=True)
class Progress:
    """Somebody has seen `seen` sessions of a series, and all but `session_id`."""

    id: UUID
    person_id: UUID
    session_id: UUID
    seen: int


def select_candidates(conn: Connection, series: Series) -> list[UUID]:
    """Everybody who has seen anything that the series counts and has not completed it, but those who are erased."""
    sql = """
        SELECT person_id FROM proven_attendance WHERE attended AND session_id = ANY(%(sessions)s)
        UNION
        SELECT person_id FROM views WHERE viewed_at IS NOT NULL AND session_id = ANY(%(sessions)s)
        EXCEPT
        SELECT person_id FROM completions WHERE series_id = %(series_id)s
        EXCEPT
        SELECT id FROM people WHERE erased_at IS NOT NULL
    """
    return [row[0] for row in conn.execute(sql, {"sessions": series.sessions, "series_id": series.id})]


def insert_completions(conn: Connection, series: Series, people: list[UUID]) -> list[Completion]:
    """Record, of these people, those who have now seen every session that counts, in a way that counts."""
    sql = """
        INSERT INTO completions (id, series_id, person_id)
        SELECT gen_random_uuid(), %(series_id)s, person_id
          FROM (SELECT person_id, session_id FROM proven_attendance WHERE attended AND 'live' = ANY(%(counts)s)
                UNION
                SELECT person_id, session_id FROM views WHERE viewed_at IS NOT NULL AND 'recorded' = ANY(%(counts)s)
               ) AS seen
         WHERE person_id = ANY(%(people)s) AND session_id = ANY(%(sessions)s)
         GROUP BY person_id
        HAVING count(*) = cardinality(%(sessions)s)
         ORDER BY person_id
        ON CONFLICT (series_id, person_id) DO NOTHING
        RETURNING id, person_id, completed_at
    """
    return fetch(
        conn,
        Completion,
        sql,
        series_id=series.id,
        sessions=series.sessions,
        counts=series.counts,
        people=people,
    )


def insert_progress(conn: Connection, series: Series, people: list[UUID]) -> list[Progress]:
    """Record, of these people, those who have one session left of those that count, and have seen another; each such
    session once. Nobody who has completed the series.
    """
    sql = """
        WITH seen AS (
            SELECT person_id, session_id FROM proven_attendance WHERE attended AND 'live' = ANY(%(counts)s)
            UNION
            SELECT person_id, session_id FROM views WHERE viewed_at IS NOT NULL AND 'recorded' = ANY(%(counts)s)
        ), sets AS (
            SELECT person_id, array_agg(session_id) AS sessions FROM seen
             WHERE person_id = ANY(%(people)s) AND session_id = ANY(%(sessions)s)
             GROUP BY person_id HAVING count(*) = cardinality(%(sessions)s::uuid[]) - 1
        )
        INSERT INTO progress (id, series_id, person_id, session_id, seen)
        SELECT gen_random_uuid(), %(series_id)s, person_id, missing, cardinality(sets.sessions)
          FROM sets JOIN unnest(%(sessions)s::uuid[]) AS missing ON missing <> ALL (sets.sessions)
         WHERE NOT EXISTS (SELECT FROM completions AS done
                            WHERE done.series_id = %(series_id)s AND done.person_id = sets.person_id)
         ORDER BY person_id
        ON CONFLICT (series_id, person_id, session_id) DO NOTHING
        RETURNING id, person_id, session_id, seen
    """
    return fetch(
        conn, Progress, sql, series_id=series.id, sessions=series.sessions, counts=series.counts, people=people
    )
