"""Invitations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection.queries import Series
from shared.database import execute, fetch, fetch_value


@dataclass(frozen=True)
class Invitation:
    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    series_id: UUID | None
    series_slug: str | None
    person_id: UUID
    email: str
    name: str
    status: str
    issued_by: str
    issued_at: datetime
    expires_at: datetime | None
    expired: bool
    generation: int
    links_end_at: datetime | None

    @property
    def usable(self) -> bool:
        """Whether it is a right to register; one that was accepted stays one."""
        return self.status in ("issued", "accepted") and not self.expired


def insert_invitations(conn: Connection, series: Series) -> list[UUID]:
    """Invite everybody who completed the series and was not invited yet, nor erased, where the session that it invites
    to is known and still to come.
    """
    sql = """
        INSERT INTO invitations (id, session_id, person_id, series_id, expires_at)
        SELECT gen_random_uuid(), sessions.id, person_id, completions.series_id,
               programme_now() + make_interval(days => rules.invitation_days)
          FROM completions JOIN sessions ON sessions.id = %(invites_to)s AND sessions.status IN ('planned', 'scheduled')
          JOIN people ON people.id = person_id AND erased_at IS NULL
          LEFT JOIN rules ON rules.session_id = sessions.id
         WHERE completions.series_id = %(series_id)s
           AND NOT EXISTS (SELECT FROM invitations
                            WHERE session_id = sessions.id AND person_id = completions.person_id)
         ORDER BY person_id
        ON CONFLICT (session_id, person_id) DO NOTHING
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"series_id": series.id, "invites_to": series.invites_to})]


def select_many(conn: Connection, ids: list[UUID]) -> list[Invitation]:
    """These invitations, with what is known of whom they are for and to what."""
    sql = """
        SELECT i.id, i.revision, i.session_id, s.slug AS session_slug, i.series_id, series.slug AS series_slug,
               i.person_id, p.email, p.name, i.status, i.issued_by, i.issued_at, i.expires_at,
               coalesce(i.expires_at <= programme_now(), false) AS expired, p.generation,
               coalesce(i.expires_at, greatest(s.starts_at, s.ends_at) + interval '30 days') AS links_end_at
          FROM invitations AS i
          JOIN sessions AS s ON s.id = i.session_id
          JOIN people AS p ON p.id = i.person_id
          LEFT JOIN series ON series.id = i.series_id
         WHERE i.id = ANY(%(ids)s)
    """
    return fetch(conn, Invitation, sql, ids=ids)


def select_page(
    conn: Connection, session_id: UUID, *, status: str | None, after: UUID | None, limit: int
) -> list[Invitation]:
    """Invitations to a session by their ids, from the one after `after`."""
    sql = """
        SELECT id FROM invitations
         WHERE session_id = %(session_id)s AND (%(status)s::text IS NULL OR status = %(status)s)
           AND (%(after)s::uuid IS NULL OR id > %(after)s)
         ORDER BY id LIMIT %(limit)s
    """
    given = {"session_id": session_id, "status": status, "after": after, "limit": limit}
    found = [row[0] for row in conn.execute(sql, given)]
    return sorted(select_many(conn, found), key=lambda one: one.id)


def upsert(
    conn: Connection,
    *,
    session_id: UUID,
    person_id: UUID,
    issued_by: str,
    expires_at: datetime | None,
    series_id: UUID | None = None,
    transferred_from: UUID | None = None,
) -> UUID | None:
    """Invite a person, also one whose invitation ended without being accepted; None where theirs stands."""
    sql = """
        INSERT INTO invitations (id, session_id, person_id, series_id, issued_by, expires_at, transferred_from)
        VALUES (gen_random_uuid(), %(session_id)s, %(person_id)s, %(series_id)s, %(issued_by)s, %(expires_at)s,
                %(transferred_from)s)
        ON CONFLICT (session_id, person_id) DO UPDATE
           SET status = 'issued', issued_by = excluded.issued_by, expires_at = excluded.expires_at,
               transferred_from = excluded.transferred_from, issued_at = excluded.issued_at,
               revision = next_revision(invitations.revision)
         WHERE invitations.status IN ('declined', 'expired', 'revoked')
        RETURNING id
    """
    return fetch_value(
        conn,
        sql,
        session_id=session_id,
        person_id=person_id,
        series_id=series_id,
        issued_by=issued_by,
        expires_at=expires_at,
        transferred_from=transferred_from,
    )


def select_expiry(conn: Connection, session_id: UUID) -> datetime | None:
    """When an invitation that is issued now expires by the session's rules; None: it stands until registration ends."""
    sql = """
        SELECT programme_now() + make_interval(days => invitation_days) FROM rules WHERE session_id = %(session_id)s
    """
    return fetch_value(conn, sql, session_id=session_id)


def expire(conn: Connection, *, limit: int) -> list[UUID]:
    """Let invitations expire that nobody answered in time, the oldest first."""
    sql = """
        UPDATE invitations SET status = 'expired', revision = next_revision(revision)
         WHERE id IN (SELECT id FROM invitations
                       WHERE status = 'issued' AND expires_at <= programme_now()
                       ORDER BY expires_at, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"limit": limit})]


def lock_invitation(conn: Connection, id: UUID) -> None:
    """Let nobody else answer this invitation until the transaction ends."""
    sql = "SELECT FROM invitations WHERE id = %(id)s FOR NO KEY UPDATE"
    execute(conn, sql, id=id)


def update_invitation(conn: Connection, id: UUID, *, status: str) -> None:
    sql = "UPDATE invitations SET status = %(status)s, revision = next_revision(revision) WHERE id = %(id)s"
    execute(conn, sql, id=id, status=status)


def raise_open(conn: Connection, person_id: UUID) -> list[UUID]:
    """Give a person's invitations that nobody answered yet their next revision, though nothing of them changed."""
    sql = """
        UPDATE invitations SET revision = next_revision(revision)
         WHERE person_id = %(person_id)s AND status = 'issued' RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"person_id": person_id})]
