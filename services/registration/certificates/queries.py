"""Certificates."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_value


@dataclass(frozen=True)
class Issuing:
    """In whose name a certificate is issued, and where that is on the web."""

    name: str
    url: str


@dataclass(frozen=True)
class Certificate:
    """What it attests is as it was when it was issued: `name` of the holder, `slug` and `title` of the session attended
    or the series completed, contact hours, moments, issuer (None where it was not noted yet). `email` is the holder's
    now; `replaces` is the certificate that this one corrects.
    """

    id: UUID
    revision: int
    kind: str
    person_id: UUID
    email: str
    name: str
    slug: str
    title: str
    contact_hours: Decimal | None
    earned_at: datetime
    issued_at: datetime
    issuer_name: str | None
    issuer_url: str | None
    replaces: UUID | None
    revoked_at: datetime | None
    revoked_reason: str | None
    status_index: int


def issue_for_attendance(conn: Connection, issuer: Issuing, *, limit: int) -> list[UUID]:
    """Give a certificate to those who attended a session that is over; a click on a join link alone proves nothing."""
    sql = """
        WITH due AS (
            SELECT a.id, a.person_id, s.id AS session_id, s.title, s.contact_hours,
                   coalesce(s.ends_at, s.starts_at) AS at
              FROM attendance AS a JOIN sessions AS s ON s.id = a.session_id
             WHERE a.attended AND a.certificate_id IS NULL AND a.source <> 'join'
               AND coalesce(s.ends_at, s.starts_at) <= programme_now() AND s.status <> 'cancelled'
             ORDER BY a.id LIMIT %(limit)s
               FOR NO KEY UPDATE OF a SKIP LOCKED
        ), made AS (
            INSERT INTO certificates (id, kind, person_id, session_id, title, contact_hours, earned_at, issuer_name,
                                      issuer_url)
            SELECT gen_random_uuid(), 'attendance', person_id, session_id, title, contact_hours, at, %(name)s, %(url)s
              FROM due
            ON CONFLICT (person_id, session_id, series_id) DO UPDATE SET title = certificates.title
            RETURNING id, person_id, session_id
        ), noted AS (
            UPDATE attendance SET certificate_id = made.id FROM made
             WHERE (attendance.person_id, attendance.session_id) = (made.person_id, made.session_id)
        )
        SELECT id FROM made
    """
    return [row[0] for row in conn.execute(sql, {"limit": limit, **asdict(issuer)})]


def issue_for_completion(conn: Connection, issuer: Issuing, *, limit: int) -> list[UUID]:
    """Give a certificate to those who completed a series, with the contact hours of the sessions that count."""
    sql = """
        WITH due AS (
            SELECT c.id, c.person_id, series.id AS series_id, series.title, c.completed_at,
                   (SELECT sum(contact_hours) FROM sessions WHERE sessions.id = ANY(series.sessions)) AS hours
              FROM completions AS c JOIN series ON series.id = c.series_id
             WHERE c.certificate_id IS NULL AND series.title <> ''
             ORDER BY c.id LIMIT %(limit)s
               FOR NO KEY UPDATE OF c SKIP LOCKED
        ), made AS (
            INSERT INTO certificates (id, kind, person_id, series_id, title, contact_hours, earned_at, issuer_name,
                                      issuer_url)
            SELECT gen_random_uuid(), 'completion', person_id, series_id, title, hours, completed_at, %(name)s, %(url)s
              FROM due
            ON CONFLICT (person_id, session_id, series_id) DO UPDATE SET title = certificates.title
            RETURNING id, person_id, series_id
        ), noted AS (
            UPDATE completions SET certificate_id = made.id FROM made
             WHERE (completions.person_id, completions.series_id) = (made.person_id, made.series_id)
        )
        SELECT id FROM made
    """
    return [row[0] for row in conn.execute(sql, {"limit": limit, **asdict(issuer)})]


def note_issuer(conn: Connection, issuer: Issuing) -> int:
    """Note who issued the certificates of which that was not noted: code of 0.1.0 does not. How many."""
    sql = "UPDATE certificates SET issuer_name = %(name)s, issuer_url = %(url)s WHERE issuer_name IS NULL"
    return execute(conn, sql, **asdict(issuer))


def lock(conn: Connection, id: UUID) -> None:
    """Let nobody else revoke or replace a certificate until the transaction ends."""
    sql = "SELECT FROM certificates WHERE id = %(id)s FOR UPDATE"
    execute(conn, sql, id=id)


def set_aside(conn: Connection, id: UUID) -> bool:
    """Put a certificate aside for another in its place; False where that was done before."""
    sql = """
        WITH former AS (DELETE FROM ONLY certificates WHERE id = %(id)s RETURNING *)
        INSERT INTO replaced_certificates SELECT * FROM former
    """
    return bool(execute(conn, sql, id=id))


def issue_in_place_of(conn: Connection, id: UUID, issuer: Issuing) -> UUID | None:
    """Give another certificate in the place of one that was set aside, by what is known now; None where it would not be
    earned any more.
    """
    sql = """
        WITH due AS (
            SELECT former.*, coalesce(s.title, series.title) AS title_now,
                   coalesce(s.ends_at, s.starts_at, c.completed_at, former.earned_at) AS at,
                   CASE WHEN c.id IS NULL THEN s.contact_hours
                        ELSE (SELECT sum(contact_hours) FROM sessions WHERE sessions.id = ANY(series.sessions))
                    END AS hours
              FROM replaced_certificates AS former
              LEFT JOIN attendance AS a ON (a.person_id, a.session_id) = (former.person_id, former.session_id)
                                       AND a.attended AND a.source <> 'join'
              LEFT JOIN sessions AS s ON s.id = a.session_id
              LEFT JOIN completions AS c ON (c.person_id, c.series_id) = (former.person_id, former.series_id)
              LEFT JOIN series ON series.id = c.series_id
             WHERE former.id = %(id)s AND (a.id IS NOT NULL OR c.id IS NOT NULL)
        ), made AS (
            INSERT INTO certificates (id, kind, person_id, session_id, series_id, title, contact_hours, earned_at,
                                      issuer_name, issuer_url, replaces)
            SELECT gen_random_uuid(), kind, person_id, session_id, series_id, title_now, hours, at, %(name)s, %(url)s,
                   id
              FROM due
            RETURNING id, person_id, session_id, series_id
        ), attended AS (
            UPDATE attendance SET certificate_id = made.id FROM made
             WHERE (attendance.person_id, attendance.session_id) = (made.person_id, made.session_id)
        ), completed AS (
            UPDATE completions SET certificate_id = made.id FROM made
             WHERE (completions.person_id, completions.series_id) = (made.person_id, made.series_id)
        )
        SELECT id FROM made
    """
    return fetch_value(conn, sql, id=id, **asdict(issuer))


def select_many(conn: Connection, ids: list[UUID]) -> list[Certificate]:
    """These certificates, as they were issued."""
    sql = """
        SELECT c.id, c.revision, c.kind, c.person_id, p.email, c.name, c.slug, c.title, c.contact_hours, c.earned_at,
               c.issued_at, c.issuer_name, c.issuer_url, c.replaces, c.revoked_at, c.revoked_reason, c.status_index
          FROM certificates AS c
          JOIN people AS p ON p.id = c.person_id
         WHERE c.id = ANY(%(ids)s) ORDER BY c.status_index
    """
    return fetch(conn, Certificate, sql, ids=ids)


def revoke(conn: Connection, id: UUID, *, reason: str | None) -> bool:
    """Whether it stood until now."""
    sql = """
        UPDATE certificates SET revoked_at = programme_now(), revoked_reason = %(reason)s,
               revision = next_revision(revision)
         WHERE id = %(id)s AND revoked_at IS NULL
    """
    return bool(execute(conn, sql, id=id, reason=reason))


def select_revoked_indexes(conn: Connection, *, first: int, number: int) -> list[int]:
    """The places of revoked certificates among `number` of them from `first`, counted from it."""
    sql = """
        SELECT status_index - %(first)s FROM certificates
         WHERE revoked_at IS NOT NULL AND status_index >= %(first)s AND status_index < %(first)s + %(number)s
         ORDER BY 1
    """
    return [row[0] for row in conn.execute(sql, {"first": first, "number": number})]


def count_lists(conn: Connection, *, size: int) -> int:
    """How many status lists of this size there are."""
    sql = "SELECT coalesce(max(status_index), 0) / %(size)s + 1 FROM certificates"
    return fetch_value(conn, sql, size=size)


def select_of_person(conn: Connection, person_id: UUID) -> list[dict[str, Any]]:
    sql = """
        SELECT id, kind, title, contact_hours::float AS contact_hours, issued_at, revoked_at IS NOT NULL AS revoked,
               tableoid = 'replaced_certificates'::regclass AS replaced
          FROM certificates WHERE person_id = %(person_id)s ORDER BY issued_at, id
    """
    return fetch_dicts(conn, sql, person_id=person_id)
