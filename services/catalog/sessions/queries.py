"""Sessions and their presenters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection

from services.catalog.dates.edtf_dates import When
from shared.database import execute, fetch, fetch_one


@dataclass(frozen=True)
class SessionRow:
    """The columns of a session that decide which actions are allowed."""

    id: UUID
    initiative_id: UUID
    initiative: str
    status: str
    public: bool
    ended: bool


@dataclass(frozen=True)
class SessionContent:
    """Everything that a session's document is composed from; references name only public entries."""

    id: UUID
    slug: str
    title: str
    summary: str
    description: str
    description_html: str
    initiative: dict[str, Any]
    series: dict[str, Any] | None
    format: str
    status: str
    edtf: str
    starts_at: datetime | None
    ends_at: datetime | None
    timezone: str | None
    venue: dict[str, Any] | None
    online: dict[str, Any] | None
    organizations: list[dict[str, Any]]
    terms: dict[str, list[str]]
    policy: str
    opens_at: datetime | None
    closes_at: datetime | None
    capacity: int | None
    contact_hours: float | None
    presenters: list[dict[str, Any]]
    learning_outcomes: list[str]
    who_should_attend: str
    materials: list[dict[str, Any]]
    recording: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class SessionValues:
    """The columns of a session that a program document sets."""

    id: UUID
    initiative_id: UUID
    series_id: UUID | None
    format: str
    when: When
    timezone: str | None
    policy: str
    opens_at: datetime | None
    closes_at: datetime | None
    capacity: int | None
    venue: dict[str, Any] | None
    online: dict[str, Any] | None
    contact_hours: float | None
    learning_outcomes: list[str]
    who_should_attend: str
    materials: list[dict[str, Any]]

    def parameters(self) -> dict[str, Any]:
        """Return the values by the names of the columns, lists and mappings as JSON."""
        json = {name: orjson.dumps(getattr(self, name)).decode() for name in ("learning_outcomes", "materials")}
        optional = {
            name: orjson.dumps(value).decode() if (value := getattr(self, name)) else None for name in OPTIONAL_JSON
        }
        return vars(self) | vars(self.when) | json | optional


OPTIONAL_JSON = ("venue", "online")


def upsert_session(conn: Connection, values: SessionValues) -> None:
    """Insert or update a session. A canceled one stays canceled; a held one stays held unless its time changes."""
    sql = """
        INSERT INTO sessions AS known (
               id, initiative_id, series_id, place, format, status, edtf, starts_earliest, starts_latest, starts_at,
               ends_at, timezone, policy, opens_at, closes_at, capacity, venue, online, contact_hours,
               learning_outcomes, who_should_attend, materials)
        VALUES (%(id)s, %(initiative_id)s, %(series_id)s, 1000000, %(format)s,
                CASE WHEN %(starts_at)s::timestamptz IS NULL THEN 'planned' ELSE 'scheduled' END,
                %(edtf)s, %(earliest)s, %(latest)s, %(starts_at)s, %(ends_at)s, %(timezone)s, %(policy)s,
                %(opens_at)s, %(closes_at)s, %(capacity)s, %(venue)s::json, %(online)s::json, %(contact_hours)s,
                %(learning_outcomes)s::json, %(who_should_attend)s, %(materials)s::json)
        ON CONFLICT (id) DO UPDATE
           SET series_id = excluded.series_id, format = excluded.format,
               place = CASE WHEN known.series_id IS DISTINCT FROM excluded.series_id THEN 1000000 ELSE known.place END,
               status = CASE WHEN known.status = 'cancelled' THEN 'cancelled'
                             WHEN known.status = 'held' AND known.starts_at = excluded.starts_at
                                  AND known.ends_at = excluded.ends_at THEN 'held'
                             ELSE excluded.status END,
               edtf = excluded.edtf, starts_earliest = excluded.starts_earliest,
               starts_latest = excluded.starts_latest, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
               timezone = excluded.timezone, policy = excluded.policy, opens_at = excluded.opens_at,
               closes_at = excluded.closes_at, capacity = excluded.capacity, venue = excluded.venue,
               online = excluded.online, contact_hours = excluded.contact_hours,
               learning_outcomes = excluded.learning_outcomes, who_should_attend = excluded.who_should_attend,
               materials = excluded.materials
    """
    execute(conn, sql, **values.parameters())


def delete_presenters(conn: Connection, session_id: UUID) -> None:
    sql = "DELETE FROM presenters WHERE session_id = %(session_id)s"
    execute(conn, sql, session_id=session_id)


def insert_presenters(conn: Connection, session_id: UUID, presenters: list[dict[str, Any]]) -> None:
    """Insert the presenters of a session, in this order, with the ids of their organizations."""
    sql = """
        INSERT INTO presenters (session_id, place, name, title, organization_id, bio)
        SELECT %(session_id)s, place, given ->> 'name', given ->> 'title', (given ->> 'organization')::uuid,
               given ->> 'bio'
          FROM json_array_elements(%(presenters)s::json) WITH ORDINALITY AS listed (given, place)
    """
    execute(conn, sql, session_id=session_id, presenters=orjson.dumps(presenters).decode())


def update_places(conn: Connection, initiative_id: UUID, *, slugs: list[str]) -> None:
    """Order an initiative's sessions: those that count for completion first, then those that the document does not
    name, then those it names, in its order.
    """
    sql = """
        UPDATE sessions SET place = ranked.place
          FROM (SELECT session.id,
                       row_number() OVER (PARTITION BY session.series_id
                                          ORDER BY completion.place NULLS LAST, named.place NULLS FIRST,
                                                   session.place, entry.slug) AS place
                  FROM sessions AS session
                  JOIN entries AS entry ON entry.id = session.id
                  LEFT JOIN completion_sessions AS completion ON completion.session_id = session.id
                  LEFT JOIN unnest(%(slugs)s::text[]) WITH ORDINALITY AS named (slug, place) ON named.slug = entry.slug
                 WHERE session.initiative_id = %(initiative_id)s) AS ranked
         WHERE sessions.id = ranked.id AND sessions.place <> ranked.place
    """
    execute(conn, sql, initiative_id=initiative_id, slugs=slugs)


def select_session(conn: Connection, slug: str) -> SessionRow | None:
    """Return the session with this slug, draft or public."""
    sql = """
        SELECT session.id, initiative_id, initiative.slug AS initiative, status,
               entry.published_at IS NOT NULL AS public, coalesce(ends_at <= programme_now(), false) AS ended
          FROM sessions AS session
          JOIN entries AS entry ON entry.id = session.id
          JOIN entries AS initiative ON initiative.id = initiative_id
         WHERE entry.kind = 'session' AND entry.slug = %(slug)s
    """
    return fetch_one(conn, SessionRow, sql, slug=slug)


# The content of sessions. A session's place in its series counts public sessions, without the one that completing
# the series invites to.
CONTENTS: LiteralString = """
    SELECT session.id, entry.slug, entry.title, entry.summary, entry.description, entry.description_html,
           json_build_object('slug', initiative.slug, 'title', initiative.title) AS initiative,
           CASE WHEN series.published_at IS NOT NULL THEN
                json_build_object('slug', series.slug, 'title', series.title,
                                  'position', part.position, 'of', coalesce(part.of, 0)) END AS series,
           session.format, session.status, session.edtf, session.starts_at, session.ends_at, session.timezone,
           session.venue, session.online,
           (SELECT coalesce(json_agg(json_build_object('slug', organization.slug, 'name', organization.title,
                                                       'role', role) ORDER BY place), '[]')
              FROM involvements JOIN entries AS organization ON organization.id = organization_id
             WHERE entry_id = session.id) AS organizations,
           (SELECT coalesce(json_object_agg(vocabulary, terms), '{}')
              FROM (SELECT vocabulary, json_agg(term ORDER BY term) AS terms
                      FROM entry_terms WHERE entry_id = session.id GROUP BY vocabulary) AS named) AS terms,
           session.policy, session.opens_at, session.closes_at, session.capacity, session.contact_hours,
           (SELECT coalesce(json_agg(json_build_object(
                       'name', name, 'title', presenter.title,
                       'organization', CASE WHEN organization_id IS NOT NULL THEN
                            json_build_object('slug', organization.slug, 'name', organization.title) END,
                       'bio', bio) ORDER BY place), '[]')
              FROM presenters AS presenter LEFT JOIN entries AS organization ON organization.id = organization_id
             WHERE session_id = session.id) AS presenters,
           session.learning_outcomes, session.who_should_attend, session.materials,
           (SELECT json_build_object('url', url, 'duration_seconds', duration_seconds, 'captions', captions,
                                     'captions_url', captions_url, 'transcript_url', transcript_url,
                                     'published_at', published_at)
              FROM recordings WHERE session_id = session.id) AS recording
      FROM sessions AS session
      JOIN entries AS entry ON entry.id = session.id
      JOIN entries AS initiative ON initiative.id = session.initiative_id
      LEFT JOIN entries AS series ON series.id = session.series_id
      LEFT JOIN LATERAL (
           SELECT count(*) AS of,
                  CASE WHEN session.id IS DISTINCT FROM whole.invites_to
                       THEN count(*) FILTER (WHERE sibling.place <= session.place) END AS position
             FROM sessions AS sibling
             JOIN entries AS known ON known.id = sibling.id AND known.published_at IS NOT NULL
             JOIN series AS whole ON whole.id = sibling.series_id
            WHERE sibling.series_id = session.series_id AND sibling.id IS DISTINCT FROM whole.invites_to
            GROUP BY whole.invites_to) AS part ON true
     WHERE session.id = ANY(%(ids)s)
     ORDER BY session.starts_earliest, session.id
"""


def select_contents(conn: Connection, ids: list[UUID]) -> list[SessionContent]:
    """Return what these sessions consist of."""
    return fetch(conn, SessionContent, CONTENTS, ids=ids)
