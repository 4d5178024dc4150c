"""Entries, the catalog's revision and its changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection
from uuid_utils.compat import uuid7

from shared.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class Entry:
    """What stands of something in the catalog: its public document, and what of its state is not public.

    `initiative_id` is that to which it belongs: its own id for an initiative, None for organizations and vocabularies.
    """

    id: UUID
    number: int
    kind: str
    slug: str
    state: str
    published_at: datetime | None
    publish_at: datetime | None
    withdrawn_at: datetime | None
    announced: bool
    revision: int
    changed_in: int
    initiative_id: UUID | None
    document: dict[str, Any]
    private: dict[str, Any]

    @property
    def was_public(self) -> bool:
        return self.revision > 0


# Every column of an Entry; whoever selects says of which.
ENTRIES: LiteralString = """
    SELECT entry.id, number, kind, slug, state, published_at, publish_at, withdrawn_at, announced, revision, changed_in,
           CASE WHEN kind = 'initiative' THEN entry.id
                ELSE coalesce(series.initiative_id, session.initiative_id, announcement.initiative_id)
           END AS initiative_id,
           document, private
      FROM entries AS entry
      LEFT JOIN series ON series.id = entry.id
      LEFT JOIN sessions AS session ON session.id = entry.id
      LEFT JOIN announcements AS announcement ON announcement.id = entry.id
"""


def lock_catalog(conn: Connection) -> None:
    """Wait until nobody else writes, and write alone until the transaction ends."""
    sql = "SELECT pg_advisory_xact_lock(hashtextextended('catalog:' || current_schema(), 0))"
    execute(conn, sql)


def raise_revision(conn: Connection) -> int:
    """The catalog's next revision, told to the processes that keep answers."""
    sql = """
        UPDATE catalog_revision SET revision = revision + 1, stamped_at = clock_timestamp()
        RETURNING revision, pg_notify(current_schema() || '_revision', '')
    """
    return fetch_value(conn, sql)


def select_next_revision(conn: Connection, revision: int) -> int:
    """The revision of an entry that changes; see `next_revision` of the schema."""
    return fetch_value(conn, "SELECT next_revision(%(revision)s::bigint)", revision=revision)


def raise_entry(conn: Connection, id: UUID) -> int | None:
    """Give an entry that is, or was, public its next revision, though nothing of it changed; None where there is
    none.
    """
    sql = "UPDATE entries SET revision = next_revision(revision) WHERE id = %(id)s AND revision > 0 RETURNING revision"
    return fetch_value(conn, sql, id=id)


def raise_reading_revision(conn: Connection) -> None:
    """Tell the processes that keep answers of what readers see and no write of the catalog changes."""
    sql = """
        UPDATE reading_revision SET revision = revision + 1
        RETURNING pg_notify(current_schema() || '_revision', '')
    """
    execute(conn, sql)


def upsert_entry(
    conn: Connection,
    *,
    kind: str,
    slug: str,
    title: str,
    summary: str = "",
    description: str = "",
    description_html: str = "",
    publish: bool,
    publish_at: datetime | None = None,
) -> UUID:
    """Say what an entry has in common with all; `publish` makes a draft public, at `publish_at` where that is to come,
    and leaves what is public so, and what was withdrawn, too.
    """
    sql = """
        INSERT INTO entries AS known (id, kind, slug, title, summary, description, description_html, published_at,
                                      publish_at)
        SELECT %(id)s, %(kind)s, %(slug)s, %(title)s, %(summary)s, %(description)s, %(description_html)s,
               CASE WHEN %(publish)s AND due THEN programme_now() END,
               CASE WHEN %(publish)s AND NOT due THEN %(publish_at)s::timestamptz END
          FROM (SELECT coalesce(%(publish_at)s::timestamptz <= programme_now(), true) AS due) AS given
        ON CONFLICT (kind, slug) DO UPDATE
           SET title = excluded.title, summary = excluded.summary, description = excluded.description,
               description_html = excluded.description_html,
               published_at = CASE WHEN known.withdrawn_at IS NULL
                                   THEN coalesce(known.published_at, excluded.published_at) END,
               publish_at = CASE WHEN known.published_at IS NULL AND known.withdrawn_at IS NULL
                                      AND excluded.published_at IS NULL
                                 THEN coalesce(excluded.publish_at, known.publish_at) END
        RETURNING id
    """
    return fetch_value(
        conn,
        sql,
        id=uuid7(),
        kind=kind,
        slug=slug,
        title=title,
        summary=summary,
        description=description,
        description_html=description_html,
        publish=publish,
        publish_at=publish_at,
    )


def publish_entry(conn: Connection, *, kind: str, slug: str) -> None:
    """Make an entry public, also one that was withdrawn."""
    sql = """
        UPDATE entries
           SET published_at = coalesce(published_at, programme_now()), withdrawn_at = NULL, publish_at = NULL
         WHERE kind = %(kind)s AND slug = %(slug)s
    """
    execute(conn, sql, kind=kind, slug=slug)


def update_publish_at(conn: Connection, id: UUID, *, publish_at: datetime | None) -> None:
    """Say when a draft is to become public by itself."""
    sql = "UPDATE entries SET publish_at = %(publish_at)s WHERE id = %(id)s"
    execute(conn, sql, id=id, publish_at=publish_at)


def has_due_entries(conn: Connection) -> bool:
    """Whether the time at which a draft is to become public has come."""
    sql = "SELECT EXISTS (SELECT FROM entries WHERE publish_at <= programme_now())"
    return fetch_value(conn, sql)


def select_due_entries(conn: Connection, *, limit: int) -> list[Entry]:
    """Drafts whose time to become public has come, initiatives before what belongs to them."""
    sql = (
        ENTRIES
        + """
     WHERE publish_at <= programme_now()
     ORDER BY kind <> 'initiative', publish_at, entry.id LIMIT %(limit)s
    """
    )
    return fetch(conn, Entry, sql, limit=limit)


def withdraw_entries(conn: Connection, ids: list[UUID]) -> None:
    """Take entries from the public; of a draft it means that it is given up."""
    sql = """
        UPDATE entries
           SET published_at = NULL, publish_at = NULL, withdrawn_at = coalesce(withdrawn_at, programme_now())
         WHERE id = ANY(%(ids)s)
    """
    execute(conn, sql, ids=ids)


def select_entries(conn: Connection, ids: list[UUID]) -> list[Entry]:
    sql = ENTRIES + "WHERE entry.id = ANY(%(ids)s)"
    return fetch(conn, Entry, sql, ids=ids)


def select_published(conn: Connection, kind: str, ids: list[UUID]) -> list[Entry]:
    """What was ever public of a kind, of these ids where there are any."""
    sql = (
        ENTRIES
        + """
     WHERE kind = %(kind)s AND revision > 0 AND (cardinality(%(ids)s::uuid[]) = 0 OR entry.id = ANY(%(ids)s::uuid[]))
     ORDER BY number
    """
    )
    return fetch(conn, Entry, sql, kind=kind, ids=ids)


def select_entry(conn: Connection, kind: str, slug: str) -> Entry | None:
    """What has this slug, in whatever state."""
    sql = ENTRIES + "WHERE kind = %(kind)s AND slug = %(slug)s"
    return fetch_one(conn, Entry, sql, kind=kind, slug=slug)


def select_present_slug(conn: Connection, kind: str, slug: str) -> str | None:
    """The slug that a thing has now which once had this one."""
    sql = """
        SELECT entry.slug FROM former_slugs AS former JOIN entries AS entry ON entry.id = entry_id
         WHERE former.kind = %(kind)s AND former.slug = %(slug)s
    """
    return fetch_value(conn, sql, kind=kind, slug=slug)


def select_renamed(conn: Connection, slugs: list[str]) -> dict[tuple[str, str], str]:
    """Of these slugs those that things once had: (kind, slug) → the present one."""
    sql = """
        SELECT former.kind, former.slug, entry.slug
          FROM former_slugs AS former JOIN entries AS entry ON entry.id = entry_id
         WHERE former.slug = ANY(%(slugs)s)
    """
    return {(kind, former): present for kind, former, present in conn.execute(sql, {"slugs": slugs})}


def rename_entry(conn: Connection, entry: Entry, *, slug: str) -> None:
    """Give an entry another slug; the one that it had leads to it."""
    sql = """
        WITH renamed AS (UPDATE entries SET slug = %(slug)s WHERE id = %(id)s),
             taken AS (DELETE FROM former_slugs WHERE kind = %(kind)s AND slug = %(slug)s)
        INSERT INTO former_slugs (kind, slug, entry_id) VALUES (%(kind)s, %(former)s, %(id)s)
        ON CONFLICT (kind, slug) DO UPDATE SET entry_id = excluded.entry_id
    """
    execute(conn, sql, id=entry.id, kind=entry.kind, former=entry.slug, slug=slug)


def select_ids(conn: Connection, kind: str, slugs: list[str]) -> dict[str, UUID]:
    """The ids of those of the slugs that are known."""
    sql = "SELECT slug, id FROM entries WHERE kind = %(kind)s AND slug = ANY(%(slugs)s)"
    return dict(conn.execute(sql, {"kind": kind, "slugs": slugs}).fetchall())


def update_entry(
    conn: Connection,
    id: UUID,
    *,
    revision: int,
    changed_in: int,
    announced: bool,
    updated_at: datetime | None,
    document: dict[str, Any],
    private: dict[str, Any],
) -> None:
    """Keep what an entry's content was composed to; `updated_at` is given where the public sees it."""
    sql = """
        UPDATE entries SET revision = %(revision)s, changed_in = %(changed_in)s, announced = %(announced)s,
                           updated_at = coalesce(%(updated_at)s, updated_at),
                           document = %(document)s::json, private = %(private)s::json
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=id,
        revision=revision,
        changed_in=changed_in,
        announced=announced,
        updated_at=updated_at,
        document=orjson.dumps(document).decode(),
        private=orjson.dumps(private).decode(),
    )


def insert_change(
    conn: Connection, *, revision: int, kind: str, entry_id: UUID, slug: str, document: dict[str, Any] | None
) -> None:
    """Tell those who follow the catalog what an entry says now; without a document, that it is gone."""
    sql = """
        INSERT INTO changes (revision, kind, entry_id, slug, operation, document)
        VALUES (%(revision)s, %(kind)s, %(entry_id)s, %(slug)s,
                CASE WHEN %(document)s::json IS NULL THEN 'delete' ELSE 'put' END, %(document)s::json)
    """
    execute(
        conn,
        sql,
        revision=revision,
        kind=kind,
        entry_id=entry_id,
        slug=slug,
        document=orjson.dumps(document).decode() if document is not None else None,
    )


def delete_involvements(conn: Connection, entry_id: UUID) -> None:
    sql = "DELETE FROM involvements WHERE entry_id = %(entry_id)s"
    execute(conn, sql, entry_id=entry_id)


def insert_involvements(conn: Connection, entry_id: UUID, *, organization_ids: list[UUID], roles: list[str]) -> None:
    """Say which organizations play which part in an entry, in this order."""
    sql = """
        INSERT INTO involvements (entry_id, organization_id, role, place)
        SELECT %(entry_id)s, given.*
          FROM unnest(%(organization_ids)s::uuid[], %(roles)s::text[]) WITH ORDINALITY AS given
    """
    execute(conn, sql, entry_id=entry_id, organization_ids=organization_ids, roles=roles)


def delete_terms(conn: Connection, entry_id: UUID) -> None:
    sql = "DELETE FROM entry_terms WHERE entry_id = %(entry_id)s"
    execute(conn, sql, entry_id=entry_id)


def insert_terms(conn: Connection, entry_id: UUID, *, terms: dict[str, list[str]]) -> None:
    """Say which terms of which vocabularies describe an entry."""
    sql = """
        INSERT INTO entry_terms (entry_id, vocabulary, term)
        SELECT %(entry_id)s, vocabulary, jsonb_array_elements_text(terms)
          FROM jsonb_each(%(terms)s::jsonb) AS given (vocabulary, terms)
        ON CONFLICT DO NOTHING
    """
    execute(conn, sql, entry_id=entry_id, terms=orjson.dumps(terms).decode())
