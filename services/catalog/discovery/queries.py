"""The index columns of sessions, their documents, and the cache version."""

import sys
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.availability.registration_window import RegistrationWindow
from shared.database import fetch, fetch_one


@dataclass(frozen=True)
class CatalogVersion:
    """Cache version: cached responses stay valid until one of these changes. `next_moment` is when the registration
    state of some session changes next.
    """

    revision: int
    stamped_at: datetime
    reading_revision: int
    next_moment: datetime | None


@dataclass(frozen=True, slots=True)
class IndexedSession:
    """The index columns of a public session. `marks` are its filter values as `name:value`, the `…_key` members are
    sort keys, and `closes_at` is when registration ends, at the session's start at the latest.
    """

    number: int
    id: UUID
    public: bool
    changed_in: int
    status: str
    capacity: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    starts_key: datetime
    starts_latest: datetime
    title_key: str
    published_key: datetime
    recorded_key: datetime | None
    marks: list[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "marks", tuple(map(sys.intern, self.marks)))

    def window(self, confirmed: int) -> RegistrationWindow:
        return RegistrationWindow(
            status=self.status,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            capacity=self.capacity,
            confirmed=confirmed,
        )


@dataclass(frozen=True, slots=True)
class FacetTerm:
    """A vocabulary term; `mark` is the index mark of the sessions that have it."""

    vocabulary: str
    slug: str
    label: str
    mark: str


def select_catalog_version(conn: Connection) -> CatalogVersion:
    """Return the current cache version."""
    sql = """
        SELECT catalog.revision, stamped_at, reading.revision AS reading_revision,
               least((SELECT min(opens_at) FROM sessions WHERE opens_at > programme_now()),
                     (SELECT min(coalesce(closes_at, starts_at)) FROM sessions
                       WHERE coalesce(closes_at, starts_at) > programme_now())) AS next_moment
          FROM catalog_revision AS catalog, reading_revision AS reading
    """
    stamp = fetch_one(conn, CatalogVersion, sql)
    assert stamp
    return stamp


def select_indexed(conn: Connection, *, after: int) -> list[IndexedSession]:
    """Return sessions that changed after a catalog revision, including those that are no longer public."""
    sql = """
        SELECT entry.number, entry.id, entry.published_at IS NOT NULL AS public, entry.changed_in,
               session.status, session.capacity, session.opens_at,
               coalesce(session.closes_at, session.starts_at) AS closes_at,
               session.starts_earliest AS starts_key, session.starts_latest,
               lower(unaccent(entry.title)) AS title_key, coalesce(entry.published_at, 'epoch') AS published_key,
               recording.published_at AS recorded_key,
               ARRAY['format:' || format, 'status:' || status, 'policy:' || policy,
                     'recorded:' || CASE WHEN recording.id IS NULL THEN 'false' ELSE 'true' END,
                     'initiative:' || initiative.slug]
               || CASE WHEN series.published_at IS NOT NULL THEN ARRAY['series:' || series.slug] ELSE '{}' END
               || ARRAY(SELECT vocabulary || ':' || term FROM entry_terms WHERE entry_id = session.id)
               || ARRAY(SELECT DISTINCT 'organization:' || organization.slug
                          FROM involvements JOIN entries AS organization ON organization.id = organization_id
                         WHERE entry_id = session.id) AS marks
          FROM sessions AS session
          JOIN entries AS entry ON entry.id = session.id
          JOIN entries AS initiative ON initiative.id = session.initiative_id
          LEFT JOIN entries AS series ON series.id = session.series_id
          LEFT JOIN recordings AS recording ON recording.session_id = session.id
         WHERE entry.changed_in > %(after)s
           AND (entry.published_at IS NOT NULL OR %(after)s > 0)
    """
    return fetch(conn, IndexedSession, sql, after=after)


def select_confirmed(conn: Connection, *, after: int) -> dict[UUID, int]:
    """Return the taken seats of sessions whose count changed after a reading revision."""
    sql = "SELECT session_id, confirmed FROM availability WHERE changed_in > %(after)s"
    return dict(conn.execute(sql, {"after": after}).fetchall())


def select_documents(conn: Connection, numbers: list[int]) -> list[tuple[int, int, str]]:
    """Return (number, catalog revision of the last change, document as JSON) of these entries."""
    sql = """
        SELECT number, changed_in, document::text FROM entries WHERE number = ANY(%(numbers)s)
    """
    return conn.execute(sql, {"numbers": numbers}).fetchall()


def select_terms(conn: Connection) -> list[FacetTerm]:
    """Return all public terms in their order."""
    sql = """
        SELECT vocabulary, slug, label, vocabulary || ':' || slug AS mark
          FROM terms WHERE published_at IS NOT NULL ORDER BY vocabulary, place, slug
    """
    return fetch(conn, FacetTerm, sql)
