"""Who has seen what a series counts, and the invitations that this earned."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.registration.programme.queries import Series
from shared.database import execute, fetch


@dataclass(frozen=True)
class Completion:
    id: UUID
    person_id: UUID
    completed_at: datetime


@dataclass(frozen=True)
class Invitation:
    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    series_slug: str | None
    person_id: UUID
    email: str
    name: str
    status: str
    expires_at: datetime | None
    expired: bool

    @property
    def usable(self) -> bool:
        """Whether it is a right to register; one that was accepted stays one."""
        return self.status in ("issued", "accepted") and not self.expired


def select_candidates(conn: Connection, series: Series) -> list[UUID]:
    """Everybody who has seen anything that the series counts and has not completed it."""
    sql = """
        SELECT person_id FROM attendance WHERE attended AND session_id = ANY(%(sessions)s)
        UNION
        SELECT person_id FROM views WHERE viewed_at IS NOT NULL AND session_id = ANY(%(sessions)s)
        EXCEPT
        SELECT person_id FROM completions WHERE series_id = %(series_id)s
    """
    return [row[0] for row in conn.execute(sql, {"sessions": series.sessions, "series_id": series.id})]


def insert_completions(conn: Connection, series: Series, people: list[UUID]) -> list[Completion]:
    """Record, of these people, those who have now seen every session that counts, in a way that counts."""
    sql = """
        INSERT INTO completions (id, series_id, person_id)
        SELECT gen_random_uuid(), %(series_id)s, person_id
          FROM (SELECT person_id, session_id FROM attendance WHERE attended AND 'live' = ANY(%(counts)s)
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


def insert_invitations(conn: Connection, series: Series) -> list[UUID]:
    """Invite everybody who completed the series and was not invited yet, where the session that it invites to is
    known and still to come.
    """
    sql = """
        INSERT INTO invitations (id, session_id, person_id, series_id)
        SELECT gen_random_uuid(), sessions.id, person_id, completions.series_id
          FROM completions JOIN sessions ON sessions.id = %(invites_to)s AND sessions.status IN ('planned', 'scheduled')
         WHERE completions.series_id = %(series_id)s
           AND NOT EXISTS (SELECT FROM invitations
                            WHERE session_id = sessions.id AND person_id = completions.person_id)
         ORDER BY person_id
        ON CONFLICT (session_id, person_id) DO NOTHING
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"series_id": series.id, "invites_to": series.invites_to})]


def select_invitations(conn: Connection, ids: list[UUID]) -> list[Invitation]:
    """These invitations, with what is known of whom they are for and to what."""
    sql = """
        SELECT i.id, i.revision, i.session_id, s.slug AS session_slug, series.slug AS series_slug, i.person_id, p.email,
               p.name, i.status, i.expires_at, coalesce(i.expires_at <= programme_now(), false) AS expired
          FROM invitations AS i
          JOIN sessions AS s ON s.id = i.session_id
          JOIN people AS p ON p.id = i.person_id
          LEFT JOIN series ON series.id = i.series_id
         WHERE i.id = ANY(%(ids)s)
    """
    return fetch(conn, Invitation, sql, ids=ids)


def lock_invitation(conn: Connection, id: UUID) -> None:
    """Let nobody else answer this invitation until the transaction ends."""
    sql = "SELECT FROM invitations WHERE id = %(id)s FOR NO KEY UPDATE"
    execute(conn, sql, id=id)


def update_invitation(conn: Connection, id: UUID, *, status: str) -> None:
    sql = "UPDATE invitations SET status = %(status)s, revision = revision + 1 WHERE id = %(id)s"
    execute(conn, sql, id=id, status=status)
