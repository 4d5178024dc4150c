"""What staff set for a session, read together with the session."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from services.registration.catalog_projection.queries import Session
from shared.database import execute, fetch, fetch_one


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`questions` are as `schemas.QuestionSchema` has them. `offer_hours` is how long a seat that becomes free is
    offered to the head of the line; None gives it at once. `invitation_days` is how long an invitation stands.
    """

    questions: list[dict[str, Any]]
    audience_required: bool
    offer_hours: int | None
    invitation_days: int | None
    transferable: bool


DEFAULTS = Rules(questions=[], audience_required=False, offer_hours=None, invitation_days=None, transferable=False)


@dataclass(frozen=True)
class Terms(Session):
    """A session with what registering for it asks; `audience` is whom its series is meant for, as the catalog says;
    `standing` is the registration of whom it was read for, where that person has one. The revisions are 0 where there
    is no such row.
    """

    questions: list[dict[str, Any]]
    audience_required: bool
    audience: dict[str, Any] | None
    series_title: str | None
    rules_revision: int
    series_revision: int
    standing: UUID | None = None


def select_rules(conn: Connection, session_id: UUID) -> Rules:
    sql = """
        SELECT questions, audience_required, offer_hours, invitation_days, transferable FROM rules
         WHERE session_id = %(session_id)s
    """
    return fetch_one(conn, Rules, sql, session_id=session_id) or DEFAULTS


def lock(conn: Connection, session_id: UUID) -> None:
    """Let nobody else change a session's rules, be there any or not, until the transaction ends."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('rules:' || %(session_id)s::text, 0))"
    execute(conn, sql, session_id=session_id)


def upsert_rules(conn: Connection, session_id: UUID, rules: Rules) -> None:
    sql = """
        INSERT INTO rules (session_id, questions, audience_required, offer_hours, invitation_days, transferable)
        VALUES (%(session_id)s, %(questions)s, %(audience_required)s, %(offer_hours)s, %(invitation_days)s,
                %(transferable)s)
        ON CONFLICT (session_id) DO UPDATE
           SET revision = rules.revision + 1, questions = excluded.questions,
               audience_required = excluded.audience_required, offer_hours = excluded.offer_hours,
               invitation_days = excluded.invitation_days, transferable = excluded.transferable
    """
    execute(conn, sql, session_id=session_id, **{**asdict(rules), "questions": Jsonb(rules.questions)})


def select_terms(conn: Connection, slug: str, *, email: str | None = None) -> Terms | None:
    """The session of this slug, with the moment by which it is judged; for the person with this address."""
    sql = """
        SELECT s.id, s.revision, s.slug, s.title, s.status, s.policy, s.opens_at, s.closes_at, s.starts_at, s.ends_at,
               s.series_slug, s.join_url, programme_now() AS now, coalesce(rules.questions, '[]') AS questions,
               coalesce(rules.audience_required, false) AS audience_required, series.audience, s.series_title,
               coalesce(rules.revision, 0) AS rules_revision, coalesce(series.revision, 0) AS series_revision,
               (SELECT r.id FROM people AS p JOIN registrations AS r ON r.person_id = p.id
                 WHERE p.email = %(email)s AND r.session_id = s.id AND r.status <> 'cancelled') AS standing
          FROM sessions AS s
          LEFT JOIN rules ON rules.session_id = s.id
          LEFT JOIN series ON series.slug = s.series_slug
         WHERE s.slug = %(slug)s
         ORDER BY s.revision DESC, series.revision DESC LIMIT 1
    """
    return fetch_one(conn, Terms, sql, slug=slug, email=email)


def select_terms_of_series(conn: Connection, slug: str) -> list[Terms]:
    """The sessions to come of a series, the first first; those without a time last."""
    sql = """
        SELECT s.id, s.revision, s.slug, s.title, s.status, s.policy, s.opens_at, s.closes_at, s.starts_at, s.ends_at,
               s.series_slug, s.join_url, programme_now() AS now, coalesce(rules.questions, '[]') AS questions,
               coalesce(rules.audience_required, false) AS audience_required, series.audience, s.series_title,
               coalesce(rules.revision, 0) AS rules_revision, coalesce(series.revision, 0) AS series_revision
          FROM sessions AS s
          LEFT JOIN rules ON rules.session_id = s.id
          LEFT JOIN LATERAL (SELECT audience, revision FROM series
                              WHERE slug = s.series_slug ORDER BY revision DESC LIMIT 1) AS series ON true
         WHERE s.series_slug = %(slug)s AND s.status IN ('planned', 'scheduled')
         ORDER BY s.starts_at NULLS LAST, s.slug
    """
    return fetch(conn, Terms, sql, slug=slug)
