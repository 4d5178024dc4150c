"""Who took part in what, counted by what a funder asks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import Connection

from services.registration.libraries import regions
from services.registration.reports.dimensions import DIMENSIONS
from shared.database import fetch, set_statement_timeout


@dataclass(frozen=True)
class Participation:
    """Unique people: who registered, attended live, watched, completed a series, were invited, and took part in one way
    or the other. `key` is None for those of whom it is not known; `total` marks the line of everybody.
    """

    key: str | None
    label: str | None
    total: bool
    registered: int
    attended: int
    watched: int
    completed: int
    invited: int
    took_part: int


def allow_minutes(conn: Connection) -> None:
    """Let this transaction's statements take longer than a request's usually may."""
    set_statement_timeout(conn, 60)


REGIONS = {
    "codes": list(regions.NAMES),
    "outside": regions.OUTSIDE,
    "outside_name": regions.NAMES[regions.OUTSIDE],
}
# Two parts of the statement: what people did (`facts`), and each person's library as they gave it for what the
# report is about (`people`).
FACTS: LiteralString = """
        WITH done AS (
            SELECT person_id, session_id, NULL::uuid AS series_id, 'registered' AS what, registered_at AS at
              FROM registrations WHERE status <> 'cancelled'
            UNION ALL
            SELECT a.person_id, a.session_id, NULL, 'attended', s.starts_at
              FROM proven_attendance AS a JOIN sessions AS s ON s.id = a.session_id WHERE attended
            UNION ALL
            SELECT person_id, session_id, NULL, 'watched', viewed_at FROM views WHERE viewed_at IS NOT NULL
            UNION ALL
            SELECT person_id, session_id, NULL, 'invited', issued_at FROM invitations WHERE status <> 'revoked'
            UNION ALL
            SELECT person_id, NULL, series_id, 'completed', completed_at FROM completions
        ), facts AS (
            SELECT person_id, what, at, s.slug AS session, s.title, coalesce(s.series_slug, series.slug) AS series,
                   coalesce(s.series_title, series.title) AS series_title,
                   coalesce(s.initiative, of_series.initiative) ->> 'slug' AS initiative,
                   coalesce(s.initiative, of_series.initiative) ->> 'title' AS initiative_title
              FROM done
              LEFT JOIN sessions AS s ON s.id = session_id
              LEFT JOIN series ON series.id = series_id
              LEFT JOIN LATERAL (SELECT initiative FROM sessions
                                  WHERE sessions.id = ANY(series.sessions) ORDER BY slug LIMIT 1) AS of_series ON true
        ), people AS (
            SELECT DISTINCT ON (person_id) person_id, library
              FROM registrations AS r JOIN sessions AS s ON s.id = session_id
             WHERE r.status <> 'cancelled'
               AND (%(initiative)s::text IS NULL OR s.initiative ->> 'slug' = %(initiative)s)
               AND (%(series)s::text IS NULL OR s.series_slug = %(series)s)
               AND (%(end)s::timestamptz IS NULL OR registered_at < %(end)s)
             ORDER BY person_id, registered_at DESC, r.id DESC
        )
"""


def select_participation(
    conn: Connection,
    *,
    by: str,
    initiative: str | None,
    series: str | None,
    begin: datetime | None,
    end: datetime | None,
) -> list[Participation]:
    """A line for each value of the dimension `by`, and one of all; of what happened from `begin` until before `end`.

    What is known of a person's library is what they said when they last registered, before `end`, for something that
    the report is of: no registration for anything else, and none that was canceled, says anything here. So each person
    is in one line, and stays there whatever they do elsewhere.
    """
    key, label = DIMENSIONS[by]
    # The parts that are put in stand above, and come from nobody.
    sql: LiteralString = f"""
        {FACTS}
        SELECT {key} AS key, {label} AS label, grouping({key}) = 1 AS total,
               count(DISTINCT facts.person_id) FILTER (WHERE what = 'registered') AS registered,
               count(DISTINCT facts.person_id) FILTER (WHERE what = 'attended') AS attended,
               count(DISTINCT facts.person_id) FILTER (WHERE what = 'watched') AS watched,
               count(DISTINCT facts.person_id) FILTER (WHERE what = 'completed') AS completed,
               count(DISTINCT facts.person_id) FILTER (WHERE what = 'invited') AS invited,
               count(DISTINCT facts.person_id) FILTER (WHERE what IN ('attended', 'watched')) AS took_part
          FROM facts LEFT JOIN people USING (person_id)
         WHERE (%(initiative)s::text IS NULL OR initiative = %(initiative)s)
           AND (%(series)s::text IS NULL OR series = %(series)s)
           AND (%(begin)s::timestamptz IS NULL OR at >= %(begin)s)
           AND (%(end)s::timestamptz IS NULL OR at < %(end)s)
         GROUP BY GROUPING SETS (({key}), ())
         ORDER BY total, key NULLS LAST
    """  # noqa: S608
    chosen = {"initiative": initiative, "series": series, "begin": begin, "end": end}
    return fetch(conn, Participation, sql, **chosen, **REGIONS)


def select_choices(conn: Connection) -> dict[str, list[tuple[str, str]]]:
    """Slugs and titles of the series and initiatives that a report can be narrowed to."""
    series = "SELECT DISTINCT series_slug, series_title FROM sessions WHERE series_slug IS NOT NULL ORDER BY 2, 1"
    initiatives = """
        SELECT DISTINCT initiative ->> 'slug', initiative ->> 'title' FROM sessions
         WHERE initiative IS NOT NULL ORDER BY 2, 1
    """
    return {"series": conn.execute(series).fetchall(), "initiative": conn.execute(initiatives).fetchall()}
