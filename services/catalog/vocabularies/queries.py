"""Vocabularies and their terms."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch, fetch_dicts, fetch_value


@dataclass(frozen=True)
class VocabularyContent:
    id: UUID
    name: str
    label: str
    terms: list[dict[str, Any]]


def upsert_terms(conn: Connection, vocabulary: str, *, slugs: list[str], labels: list[str], publish: bool) -> None:
    """Insert terms in this order, or update their labels."""
    sql = """
        INSERT INTO terms AS known (vocabulary, slug, label, place, published_at)
        SELECT %(vocabulary)s, slug, label, place, CASE WHEN %(publish)s THEN programme_now() END
          FROM unnest(%(slugs)s::text[], %(labels)s::text[]) WITH ORDINALITY AS given (slug, label, place)
        ON CONFLICT (vocabulary, slug) DO UPDATE
           SET label = excluded.label, published_at = coalesce(known.published_at, excluded.published_at)
    """
    execute(conn, sql, vocabulary=vocabulary, slugs=slugs, labels=labels, publish=publish)


def insert_term(conn: Connection, vocabulary: str, slug: str, *, label: str) -> bool:
    """Insert a term after the others of its vocabulary; return False if it exists."""
    sql = """
        INSERT INTO terms (vocabulary, slug, label, place, published_at)
        SELECT %(vocabulary)s, %(slug)s, %(label)s, coalesce(max(place), 0) + 1, programme_now()
          FROM terms WHERE vocabulary = %(vocabulary)s
        ON CONFLICT DO NOTHING
    """
    return bool(execute(conn, sql, vocabulary=vocabulary, slug=slug, label=label))


def update_term(conn: Connection, vocabulary: str, slug: str, *, label: str) -> bool:
    """Update the label of a term; return False if there is none."""
    sql = "UPDATE terms SET label = %(label)s WHERE vocabulary = %(vocabulary)s AND slug = %(slug)s"
    return bool(execute(conn, sql, vocabulary=vocabulary, slug=slug, label=label))


def is_used(conn: Connection, vocabulary: str, slug: str) -> bool:
    """True if any entry has the term, including drafts and withdrawn ones."""
    sql = "SELECT EXISTS (SELECT FROM entry_terms WHERE vocabulary = %(vocabulary)s AND term = %(slug)s)"
    return fetch_value(conn, sql, vocabulary=vocabulary, slug=slug)


def delete_term(conn: Connection, vocabulary: str, slug: str) -> bool:
    sql = "DELETE FROM terms WHERE vocabulary = %(vocabulary)s AND slug = %(slug)s"
    return bool(execute(conn, sql, vocabulary=vocabulary, slug=slug))


def select_vocabulary_contents(conn: Connection, ids: list[UUID]) -> list[VocabularyContent]:
    """Return vocabularies with their public terms."""
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


def select_vocabularies(conn: Connection, *, name: str | None = None) -> list[dict[str, Any]]:
    """Return all vocabularies, or one, with public terms and how many public sessions have each."""
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
