"""The slugs that a program document may refer to."""

from dataclasses import dataclass

from psycopg import Connection

from shared.database import fetch


@dataclass(frozen=True)
class KnownSlug:
    """The target of a slug: an entry by its kind, or a term by its vocabulary."""

    kind: str
    slug: str
    initiative: str | None
    series: str | None


def select_known(conn: Connection, slugs: list[str]) -> list[KnownSlug]:
    """Return what these slugs name, drafts included, with their initiative and series."""
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
    return fetch(conn, KnownSlug, sql, slugs=slugs)
