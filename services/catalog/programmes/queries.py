"""Initiatives, series, organizations and vocabularies."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.catalog.dates.domain import When
from shared.database import execute, fetch, fetch_dicts, fetch_value


@dataclass(frozen=True)
class Known:
    """Something that a slug names: an entry by its kind, or a term by its vocabulary."""

    kind: str
    slug: str
    initiative: str | None
    series: str | None


@dataclass(frozen=True)
class OrganizationContent:
    id: UUID
    slug: str
    name: str
    url: str | None


@dataclass(frozen=True)
class VocabularyContent:
    id: UUID
    name: str
    label: str
    terms: list[dict[str, Any]]


@dataclass(frozen=True)
class InitiativeContent:
    id: UUID
    slug: str
    title: str
    summary: str
    description: str
    description_html: str
    edtf: str | None
    partners: list[dict[str, Any]]
    funder: dict[str, Any] | None
    funding: dict[str, Any] | None
    follows: dict[str, Any] | None
    planned: dict[str, int]
    series: list[dict[str, Any]]
    sessions: list[dict[str, Any]]


@dataclass(frozen=True)
class SeriesContent:
    """`completing` and `invited` are the public sessions that count, and the one that completing the series invites
    to.
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


def upsert_organization(conn: Connection, *, id: UUID, url: str | None) -> None:
    sql = """
        INSERT INTO organizations (id, url) VALUES (%(id)s, %(url)s)
        ON CONFLICT (id) DO UPDATE SET url = excluded.url
    """
    execute(conn, sql, id=id, url=url)


def upsert_terms(conn: Connection, vocabulary: str, *, slugs: list[str], labels: list[str], publish: bool) -> None:
    """Add terms to a vocabulary in this order, or say what they are called now."""
    sql = """
        INSERT INTO terms AS known (vocabulary, slug, label, place, published_at)
        SELECT %(vocabulary)s, slug, label, place, CASE WHEN %(publish)s THEN programme_now() END
          FROM unnest(%(slugs)s::text[], %(labels)s::text[]) WITH ORDINALITY AS given (slug, label, place)
        ON CONFLICT (vocabulary, slug) DO UPDATE
           SET label = excluded.label, published_at = coalesce(known.published_at, excluded.published_at)
    """
    execute(conn, sql, vocabulary=vocabulary, slugs=slugs, labels=labels, publish=publish)


def insert_term(conn: Connection, vocabulary: str, slug: str, *, label: str) -> bool:
    """Add a term after the others of its vocabulary; False where it is there."""
    sql = """
        INSERT INTO terms (vocabulary, slug, label, place, published_at)
        SELECT %(vocabulary)s, %(slug)s, %(label)s, coalesce(max(place), 0) + 1, programme_now()
          FROM terms WHERE vocabulary = %(vocabulary)s
        ON CONFLICT DO NOTHING
    """
    return bool(execute(conn, sql, vocabulary=vocabulary, slug=slug, label=label))


def update_term(conn: Connection, vocabulary: str, slug: str, *, label: str) -> bool:
    """Say what a term is called; False where there is none."""
    sql = "UPDATE terms SET label = %(label)s WHERE vocabulary = %(vocabulary)s AND slug = %(slug)s"
    return bool(execute(conn, sql, vocabulary=vocabulary, slug=slug, label=label))


def is_used(conn: Connection, vocabulary: str, slug: str) -> bool:
    """Whether a term describes anything, drafts and what was withdrawn included."""
    sql = "SELECT EXISTS (SELECT FROM entry_terms WHERE vocabulary = %(vocabulary)s AND term = %(slug)s)"
    return fetch_value(conn, sql, vocabulary=vocabulary, slug=slug)


def delete_term(conn: Connection, vocabulary: str, slug: str) -> bool:
    sql = "DELETE FROM terms WHERE vocabulary = %(vocabulary)s AND slug = %(slug)s"
    return bool(execute(conn, sql, vocabulary=vocabulary, slug=slug))


def upsert_initiative(
    conn: Connection,
    *,
    id: UUID,
    when: When | None,
    follows: str | None,
    funder_id: UUID | None,
    funding: dict[str, Any] | None,
    planned: dict[str, int],
) -> None:
    sql = """
        INSERT INTO initiatives (id, edtf, follows, funder_id, funding, planned)
        VALUES (%(id)s, %(edtf)s, %(follows)s, %(funder_id)s, %(funding)s::json, %(planned)s::json)
        ON CONFLICT (id) DO UPDATE
           SET edtf = excluded.edtf, follows = excluded.follows, funder_id = excluded.funder_id,
               funding = excluded.funding, planned = excluded.planned
    """
    execute(
        conn,
        sql,
        id=id,
        edtf=when.edtf if when else None,
        follows=follows,
        funder_id=funder_id,
        funding=orjson.dumps(funding).decode() if funding else None,
        planned=orjson.dumps(planned).decode(),
    )


def upsert_series(
    conn: Connection, *, id: UUID, initiative_id: UUID, when: When | None, audience: dict[str, Any]
) -> None:
    """Say what a series is; a new one comes after the others of its initiative."""
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
    """Say how a series is completed, and what that brings."""
    sql = "UPDATE series SET counts = %(counts)s, invites_to = %(invites_to)s WHERE id = %(series_id)s"
    execute(conn, sql, series_id=series_id, counts=counts, invites_to=invites_to)


def insert_completion_sessions(conn: Connection, series_id: UUID, session_ids: list[UUID]) -> None:
    sql = """
        INSERT INTO completion_sessions (series_id, session_id, place)
        SELECT %(series_id)s, given.* FROM unnest(%(session_ids)s::uuid[]) WITH ORDINALITY AS given
    """
    execute(conn, sql, series_id=series_id, session_ids=session_ids)


def select_known(conn: Connection, slugs: list[str]) -> list[Known]:
    """What these slugs name, drafts included, and to which initiative and series it belongs."""
    sql = """
        SELECT entry.kind, entry.slug, initiative.slug AS initiative, series.slug AS series
          FROM entries AS entry
          LEFT JOIN (SELECT id, initiative_id, series_id FROM sessions
                     UNION ALL SELECT id, initiative_id, NULL FROM series
                     UNION ALL SELECT id, initiative_id, NULL FROM announcements) AS part ON part.id = entry.id
          LEFT JOIN entries AS initiative ON initiative.id = part.initiative_id
          LEFT JOIN entries AS series ON series.id = part.series_id
         WHERE entry.kind <> 'vocabulary' AND entry.slug = ANY(%(slugs)s)
        UNION ALL
        SELECT vocabulary, slug, NULL, NULL FROM terms WHERE slug = ANY(%(slugs)s)
    """
    return fetch(conn, Known, sql, slugs=slugs)


def select_family(
    conn: Connection, initiative_id: UUID | None, *, organization_ids: list[UUID]
) -> dict[str, list[UUID]]:
    """By kind, what may change with an initiative and these organizations: what belongs to it, follows it, or names
    one of them.
    """
    sql = """
        SELECT kind, array_agg(id ORDER BY id) FROM entries
         WHERE id = %(initiative_id)s
            OR id IN (SELECT id FROM series WHERE initiative_id = %(initiative_id)s)
            OR id IN (SELECT id FROM sessions WHERE initiative_id = %(initiative_id)s)
            OR id IN (SELECT id FROM announcements WHERE initiative_id = %(initiative_id)s)
            OR id IN (SELECT entry_id FROM involvements WHERE organization_id = ANY(%(organization_ids)s))
            OR id IN (SELECT session_id FROM presenters WHERE organization_id = ANY(%(organization_ids)s))
            OR id IN (SELECT id FROM initiatives WHERE funder_id = ANY(%(organization_ids)s)
                         OR follows = (SELECT slug FROM entries WHERE id = %(initiative_id)s))
         GROUP BY kind
    """
    return dict(conn.execute(sql, {"initiative_id": initiative_id, "organization_ids": organization_ids}).fetchall())


def select_organization_contents(conn: Connection, ids: list[UUID]) -> list[OrganizationContent]:
    sql = """
        SELECT id, slug, title AS name, url FROM organizations JOIN entries USING (id)
         WHERE id = ANY(%(ids)s) ORDER BY slug
    """
    return fetch(conn, OrganizationContent, sql, ids=ids)


def select_vocabulary_contents(conn: Connection, ids: list[UUID]) -> list[VocabularyContent]:
    """Vocabularies with their public terms."""
    sql = """
        SELECT entry.id, entry.slug AS name, entry.title AS label,
               coalesce(json_agg(json_build_object('slug', term.slug, 'label', term.label)
                                 ORDER BY term.place, term.slug) FILTER (WHERE term.slug IS NOT NULL), '[]') AS terms
          FROM entries AS entry
          LEFT JOIN terms AS term ON term.vocabulary = entry.slug AND term.published_at IS NOT NULL
         WHERE entry.id = ANY(%(ids)s)
         GROUP BY entry.id ORDER BY entry.slug
    """
    return fetch(conn, VocabularyContent, sql, ids=ids)


def select_initiative_contents(conn: Connection, ids: list[UUID]) -> list[InitiativeContent]:
    """What initiatives consist of; of their series and sessions what is public."""
    sql = """
        SELECT entry.id, entry.slug, entry.title, entry.summary, entry.description, entry.description_html,
               initiative.edtf,
               (SELECT coalesce(json_agg(json_build_object('slug', organization.slug, 'name', organization.title,
                                                           'role', role) ORDER BY place), '[]')
                  FROM involvements JOIN entries AS organization ON organization.id = organization_id
                 WHERE entry_id = entry.id) AS partners,
               (SELECT json_build_object('slug', slug, 'name', title)
                  FROM entries WHERE id = initiative.funder_id) AS funder,
               initiative.funding,
               (SELECT json_build_object('slug', given.slug, 'title', earlier.title)
                  FROM (SELECT initiative.follows AS slug) AS given
                  LEFT JOIN entries AS earlier ON earlier.kind = 'initiative' AND earlier.slug = given.slug
                                              AND earlier.published_at IS NOT NULL
                 WHERE given.slug IS NOT NULL) AS follows,
               initiative.planned,
               (SELECT coalesce(json_agg(json_build_object('slug', part.slug, 'title', part.title)
                                         ORDER BY series.place), '[]')
                  FROM series JOIN entries AS part ON part.id = series.id
                 WHERE series.initiative_id = entry.id AND part.published_at IS NOT NULL) AS series,
               (SELECT coalesce(json_agg(json_build_object('slug', part.slug, 'title', part.title)
                                         ORDER BY series.place NULLS FIRST, session.place), '[]')
                  FROM sessions AS session
                  JOIN entries AS part ON part.id = session.id
                  LEFT JOIN series ON series.id = session.series_id
                 WHERE session.initiative_id = entry.id AND part.published_at IS NOT NULL) AS sessions
          FROM initiatives AS initiative JOIN entries AS entry USING (id)
         WHERE id = ANY(%(ids)s) ORDER BY slug
    """
    return fetch(conn, InitiativeContent, sql, ids=ids)


def select_series_contents(conn: Connection, ids: list[UUID]) -> list[SeriesContent]:
    """What series consist of; of their sessions what is public."""
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


def select_documents(conn: Connection, kind: str, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Public documents of a kind in the order of their slugs, from after one."""
    sql = """
        SELECT slug, document FROM entries
         WHERE kind = %(kind)s AND published_at IS NOT NULL AND (%(after)s::text IS NULL OR slug > %(after)s)
         ORDER BY slug LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, kind=kind, after=after, limit=limit)


def select_documents_of(conn: Connection, kind: str, slugs: list[str]) -> dict[str, dict[str, Any]]:
    """The documents of those that are public under these slugs."""
    sql = """
        SELECT slug, document FROM entries
         WHERE kind = %(kind)s AND slug = ANY(%(slugs)s) AND published_at IS NOT NULL
    """
    return dict(conn.execute(sql, {"kind": kind, "slugs": slugs}).fetchall())


def select_vocabularies(conn: Connection, *, name: str | None = None) -> list[dict[str, Any]]:
    """Every vocabulary, or one: its public terms, each with the number of public sessions that it describes."""
    sql = """
        SELECT entry.slug AS name, entry.title AS label,
               coalesce(json_agg(json_build_object('slug', term.slug, 'label', term.label, 'count', term.count)
                                 ORDER BY term.place, term.slug) FILTER (WHERE term.slug IS NOT NULL), '[]') AS terms
          FROM entries AS entry
          LEFT JOIN (SELECT terms.vocabulary, terms.slug, terms.label, terms.place, count(session.id) AS count
                       FROM terms
                       LEFT JOIN entry_terms ON entry_terms.vocabulary = terms.vocabulary
                                            AND entry_terms.term = terms.slug
                       LEFT JOIN entries AS session ON session.id = entry_terms.entry_id
                                                   AND session.kind = 'session' AND session.published_at IS NOT NULL
                      WHERE terms.published_at IS NOT NULL
                      GROUP BY terms.vocabulary, terms.slug) AS term ON term.vocabulary = entry.slug
         WHERE entry.kind = 'vocabulary' AND (%(name)s::text IS NULL OR entry.slug = %(name)s)
         GROUP BY entry.id ORDER BY entry.slug
    """
    return fetch_dicts(conn, sql, name=name)
