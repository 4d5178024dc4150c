"""Recordings. A withdrawn one leaves its id and revision, which it gets back when it is published again."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_one, fetch_value


@dataclass(frozen=True)
class RecordingRow:
    id: UUID
    revision: int
    session_id: UUID
    session_slug: str
    session_title: str
    series_slug: str | None
    url: str
    duration_seconds: int
    captions: bool
    captions_url: str | None
    transcript_url: str | None
    published_at: datetime


# The columns of a RecordingRow; statements append a WHERE clause.
RECORDINGS: LiteralString = """
    SELECT recording.id, recording.revision, session_id, entry.slug AS session_slug, entry.title AS session_title,
           series.slug AS series_slug, url, duration_seconds, captions, captions_url, transcript_url,
           recording.published_at
      FROM recordings AS recording
      JOIN entries AS entry ON entry.id = session_id
      JOIN sessions AS session ON session.id = session_id
      LEFT JOIN entries AS series ON series.id = session.series_id AND series.published_at IS NOT NULL
"""


@dataclass(frozen=True, kw_only=True)
class RecordingValues:
    """The columns of a recording that staff set; without `published_at` it is published now, or stays as it is."""

    url: str
    duration_seconds: int
    captions: bool
    captions_url: str | None
    transcript_url: str | None
    published_at: datetime | None = None


def upsert_recording(conn: Connection, session_id: UUID, values: RecordingValues, *, id: UUID) -> UUID | None:
    """Insert or update a session's recording; return its id, or None if nothing changed."""
    sql = """
        WITH withdrawn AS (
            DELETE FROM withdrawn_recordings WHERE session_id = %(session_id)s RETURNING id, revision
        )
        INSERT INTO recordings AS known (id, session_id, revision, url, duration_seconds, captions, captions_url,
                                         transcript_url, published_at)
        SELECT coalesce((SELECT id FROM withdrawn), %(id)s), %(session_id)s,
               next_revision(coalesce((SELECT revision FROM withdrawn), 0)), %(url)s, %(duration_seconds)s,
               %(captions)s, %(captions_url)s, %(transcript_url)s, coalesce(%(published_at)s, programme_now())
        ON CONFLICT (session_id) DO UPDATE
           SET revision = next_revision(known.revision), url = excluded.url,
               duration_seconds = excluded.duration_seconds, captions = excluded.captions,
               captions_url = excluded.captions_url,
               transcript_url = excluded.transcript_url, published_at = coalesce(%(published_at)s, known.published_at)
         WHERE (known.url, known.duration_seconds, known.captions, known.captions_url, known.transcript_url,
                known.published_at)
               IS DISTINCT FROM (excluded.url, excluded.duration_seconds, excluded.captions, excluded.captions_url,
                                 excluded.transcript_url, coalesce(%(published_at)s, known.published_at))
        RETURNING id
    """
    return fetch_value(conn, sql, id=id, session_id=session_id, **vars(values))


def select_recording(conn: Connection, session_id: UUID) -> RecordingRow | None:
    """Return the recording of a session."""
    return fetch_one(conn, RecordingRow, RECORDINGS + "WHERE session_id = %(session_id)s", session_id=session_id)


def select_recordings(conn: Connection, ids: list[UUID]) -> list[RecordingRow]:
    """Return the recordings with these ids, or all if there are no ids."""
    sql = RECORDINGS + "WHERE cardinality(%(ids)s::uuid[]) = 0 OR recording.id = ANY(%(ids)s::uuid[])"
    return fetch(conn, RecordingRow, sql, ids=ids)


def raise_recording(conn: Connection, id: UUID) -> int | None:
    """Give a recording its next revision without a change; return None if it does not exist."""
    sql = "UPDATE recordings SET revision = next_revision(revision) WHERE id = %(id)s RETURNING revision"
    return fetch_value(conn, sql, id=id)


def withdraw_recording(conn: Connection, session_id: UUID) -> int:
    """Withdraw a session's recording; return the revision of the withdrawal."""
    sql = """
        WITH gone AS (
            DELETE FROM recordings WHERE session_id = %(session_id)s RETURNING session_id, id, revision
        )
        INSERT INTO withdrawn_recordings (session_id, id, revision)
        SELECT session_id, id, next_revision(revision) FROM gone
        RETURNING revision
    """
    return fetch_value(conn, sql, session_id=session_id)
