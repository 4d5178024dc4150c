"""Sessions, their recordings, and what registration says of their seats."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.catalog.dates.domain import When
from services.catalog.sessions.admission import Window
from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class SessionRow:
    """A session by what decides what may be done with it."""

    id: UUID
    initiative_id: UUID
    initiative: str
    status: str
    public: bool
    ended: bool


@dataclass(frozen=True)
class SessionContent:
    """All that a session's document is made of; references are given only to what is public."""

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


@dataclass(frozen=True)
class PublicSession:
    """A session's document, and by what is told whether one can register."""

    id: UUID
    document: bytes
    changed_in: int
    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    capacity: int | None
    confirmed: int

    @property
    def window(self) -> Window:
        return Window(
            status=self.status,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            capacity=self.capacity,
            confirmed=self.confirmed,
        )


def upsert_session(
    conn: Connection,
    *,
    id: UUID,
    initiative_id: UUID,
    series_id: UUID | None,
    format: str,
    when: When,
    timezone: str | None,
    policy: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    capacity: int | None,
    venue: dict[str, Any] | None,
    online: dict[str, Any] | None,
    contact_hours: float | None,
    learning_outcomes: list[str],
    who_should_attend: str,
    materials: list[dict[str, Any]],
) -> None:
    """Say what a session is. What was cancelled stays so; what was held stays so unless its time moves."""
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
    execute(
        conn,
        sql,
        id=id,
        initiative_id=initiative_id,
        series_id=series_id,
        format=format,
        edtf=when.edtf,
        earliest=when.earliest,
        latest=when.latest,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        timezone=timezone,
        policy=policy,
        opens_at=opens_at,
        closes_at=closes_at,
        capacity=capacity,
        venue=orjson.dumps(venue).decode() if venue else None,
        online=orjson.dumps(online).decode() if online else None,
        contact_hours=contact_hours,
        learning_outcomes=orjson.dumps(learning_outcomes).decode(),
        who_should_attend=who_should_attend,
        materials=orjson.dumps(materials).decode(),
    )


def delete_presenters(conn: Connection, session_id: UUID) -> None:
    sql = "DELETE FROM presenters WHERE session_id = %(session_id)s"
    execute(conn, sql, session_id=session_id)


def insert_presenters(conn: Connection, session_id: UUID, presenters: list[dict[str, Any]]) -> None:
    """Say who presents a session, in this order; their organizations by id."""
    sql = """
        INSERT INTO presenters (session_id, place, name, title, organization_id, bio)
        SELECT %(session_id)s, place, given ->> 'name', given ->> 'title', (given ->> 'organization')::uuid,
               given ->> 'bio'
          FROM json_array_elements(%(presenters)s::json) WITH ORDINALITY AS listed (given, place)
    """
    execute(conn, sql, session_id=session_id, presenters=orjson.dumps(presenters).decode())


def update_places(conn: Connection, initiative_id: UUID, *, slugs: list[str]) -> None:
    """Order an initiative's sessions: what counts for completion first, then those that a document names, in its
    order, after those that it does not name.
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
    """The session of this slug, draft or public."""
    sql = """
        SELECT session.id, initiative_id, initiative.slug AS initiative, status,
               entry.published_at IS NOT NULL AS public, coalesce(ends_at <= programme_now(), false) AS ended
          FROM sessions AS session
          JOIN entries AS entry ON entry.id = session.id
          JOIN entries AS initiative ON initiative.id = initiative_id
         WHERE entry.kind = 'session' AND entry.slug = %(slug)s
    """
    return fetch_one(conn, SessionRow, sql, slug=slug)


def update_when(conn: Connection, id: UUID, *, when: When, timezone: str | None) -> None:
    """Give a session another time; one that was held is to be held anew."""
    sql = """
        UPDATE sessions
           SET edtf = %(edtf)s, starts_earliest = %(earliest)s, starts_latest = %(latest)s,
               starts_at = %(starts_at)s, ends_at = %(ends_at)s, timezone = coalesce(%(timezone)s, timezone),
               status = CASE WHEN %(starts_at)s::timestamptz IS NULL THEN 'planned'
                             WHEN status = 'held' AND starts_at = %(starts_at)s AND ends_at = %(ends_at)s THEN 'held'
                             ELSE 'scheduled' END
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=id,
        edtf=when.edtf,
        earliest=when.earliest,
        latest=when.latest,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        timezone=timezone,
    )


def update_status(conn: Connection, id: UUID, status: str) -> None:
    sql = "UPDATE sessions SET status = %(status)s WHERE id = %(id)s"
    execute(conn, sql, id=id, status=status)


def open_registration(conn: Connection, id: UUID) -> None:
    """Let everybody register from now on, also where it was closed."""
    sql = """
        UPDATE sessions SET policy = 'open',
                            opens_at = CASE WHEN opens_at > programme_now() THEN programme_now() ELSE opens_at END,
                            closes_at = CASE WHEN closes_at > programme_now() THEN closes_at END
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id)


def close_registration(conn: Connection, id: UUID) -> None:
    """Let nobody register from now on."""
    sql = """
        UPDATE sessions SET closes_at = date_trunc('second', programme_now()),
                            opens_at = CASE WHEN opens_at < date_trunc('second', programme_now()) THEN opens_at END
         WHERE id = %(id)s AND (closes_at IS NULL OR closes_at > programme_now())
    """
    execute(conn, sql, id=id)


def has_ended_sessions(conn: Connection) -> bool:
    """Whether any public session's end has passed without its being held."""
    sql = """
        SELECT EXISTS (SELECT FROM sessions AS session JOIN entries AS entry ON entry.id = session.id
                        WHERE status = 'scheduled' AND ends_at <= programme_now() AND published_at IS NOT NULL)
    """
    return fetch_value(conn, sql)


def hold_ended_sessions(conn: Connection, *, limit: int) -> list[UUID]:
    """Mark public sessions whose end has passed as held, the first to end first."""
    sql = """
        UPDATE sessions SET status = 'held'
         WHERE id IN (SELECT session.id FROM sessions AS session JOIN entries AS entry ON entry.id = session.id
                       WHERE status = 'scheduled' AND ends_at <= programme_now() AND published_at IS NOT NULL
                       ORDER BY ends_at LIMIT %(limit)s)
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"limit": limit})]


def upsert_availability(conn: Connection, *, session_id: UUID, revision: int, confirmed: int, waitlisted: int) -> None:
    """Keep what registration says of a session's seats, unless something newer is known; the processes that keep
    answers are told.
    """
    sql = """
        WITH news AS (
            UPDATE reading_revision SET revision = revision + 1
             WHERE NOT EXISTS (SELECT FROM availability WHERE session_id = %(session_id)s AND revision >= %(revision)s)
            RETURNING revision, pg_notify(current_schema() || '_revision', '')
        )
        INSERT INTO availability AS known (session_id, revision, confirmed, waitlisted, changed_in)
        SELECT %(session_id)s, %(revision)s, %(confirmed)s, %(waitlisted)s, news.revision FROM news
        ON CONFLICT (session_id) DO UPDATE
           SET revision = excluded.revision, confirmed = excluded.confirmed, waitlisted = excluded.waitlisted,
               changed_in = excluded.changed_in
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, session_id=session_id, revision=revision, confirmed=confirmed, waitlisted=waitlisted)


def select_contents(conn: Connection, ids: list[UUID]) -> list[SessionContent]:
    """What these sessions consist of. A session's place in its series counts what is public, without the session
    that completing the series invites to.
    """
    sql = """
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
    return fetch(conn, SessionContent, sql, ids=ids)


def select_session_documents(conn: Connection, slugs: list[str]) -> list[PublicSession]:
    """The documents of the sessions of these slugs, in whatever state."""
    sql = """
        SELECT session.id, convert_to(entry.document::text, 'UTF8') AS document, entry.changed_in, session.status,
               session.opens_at, coalesce(session.closes_at, session.starts_at) AS closes_at, session.capacity,
               coalesce(availability.confirmed, 0) AS confirmed
          FROM entries AS entry
          JOIN sessions AS session ON session.id = entry.id
          LEFT JOIN availability ON availability.session_id = session.id
         WHERE entry.kind = 'session' AND entry.slug = ANY(%(slugs)s)
    """
    return fetch(conn, PublicSession, sql, slugs=slugs)


def select_session_document(conn: Connection, slug: str) -> PublicSession | None:
    """The document of the session of this slug, in whatever state."""
    return next(iter(select_session_documents(conn, [slug])), None)
