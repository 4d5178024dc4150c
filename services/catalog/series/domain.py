"""Writing series and what completes them."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.entries import queries as entries
from services.catalog.entries.domain import write_described_entry
from services.catalog.series import queries
from services.catalog.series.schemas import Completion, SeriesPart


def write_series(
    conn: Connection,
    parts: list[SeriesPart],
    *,
    initiative_id: UUID,
    publish: bool,
    publish_at: datetime | None = None,
) -> dict[str, UUID]:
    """Insert or update series, without their completion, which needs their sessions; return ids by slug."""
    ids = {
        part.slug: write_described_entry(conn, "series", part, publish=publish, publish_at=publish_at) for part in parts
    }
    for part in parts:
        queries.upsert_series(
            conn, id=ids[part.slug], initiative_id=initiative_id, when=part.when, audience=part.audience
        )
    queries.delete_completions(conn, list(ids.values()))
    return ids


def write_completion(conn: Connection, series_id: UUID, completion: Completion | None) -> None:
    """Set which sessions complete a series, and what completing it invites to."""
    named = [*completion.sessions, completion.invites_to] if completion else []
    ids = entries.select_ids(conn, "session", [slug for slug in named if slug])
    queries.update_completion(
        conn,
        series_id,
        counts=completion.counts if completion else None,
        invites_to=ids[completion.invites_to] if completion and completion.invites_to else None,
    )
    if completion:
        queries.insert_completion_sessions(conn, series_id, [ids[slug] for slug in dict.fromkeys(completion.sessions)])
