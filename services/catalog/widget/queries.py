"""What can be chosen by name."""

from dataclasses import dataclass

from psycopg import Connection

from shared.database import fetch


@dataclass(frozen=True)
class Choice:
    """A term or a series, by the name that people know it by."""

    vocabulary: str
    slug: str
    label: str


def select_terms(conn: Connection, vocabularies: list[str]) -> list[Choice]:
    """The public terms of these vocabularies, in their order."""
    sql = """
        SELECT vocabulary, slug, label FROM terms
         WHERE vocabulary = ANY(%(vocabularies)s) AND published_at IS NOT NULL
         ORDER BY vocabulary, place, slug
    """
    return fetch(conn, Choice, sql, vocabularies=vocabularies)


def select_series(conn: Connection) -> list[Choice]:
    """The public series, the newest first."""
    sql = """
        SELECT 'series' AS vocabulary, slug, title AS label FROM entries
         WHERE kind = 'series' AND published_at IS NOT NULL
         ORDER BY published_at DESC, slug
         LIMIT 100
    """
    return fetch(conn, Choice, sql)
