"""Rosters for spreadsheets."""

from collections.abc import Iterator
from typing import Any

from flask import Response
from psycopg import Connection

from services.registration.catalog_projection.queries import Session
from services.registration.roster import queries
from services.registration.roster.queries import Entry
from services.registration.rules.queries import select_rules
from shared.http import tables

HEAD = (
    "code", "status", "position", "name", "email", "job_title", "library", "library_type", "community_size", "state",
    "country", "registered_at", "registered_by", "attended", "minutes", "watched", "accommodations", "note",
    "opened_at",
)  # fmt: skip


def table(conn: Connection, kind: str, session: Session, filters: dict[str, Any]) -> Response:
    """Who registered for the session, with their answers, as CSV or XLSX by content type."""
    keys = [question["key"] for question in select_rules(conn, session.id).questions]

    def rows(conn: Any) -> Iterator[list[Any]]:
        for entry in queries.stream_all(conn, session.id, **filters):
            yield [*_cells(entry), *(entry.answers.get(key) for key in keys)]

    return tables.table(kind, f"{session.slug}-registrations", [*HEAD, *keys], rows)


def _cells(entry: Entry) -> list[Any]:
    """In the order of HEAD."""
    library = entry.library
    return [
        entry.code,
        entry.status,
        entry.position,
        entry.name,
        entry.email,
        entry.job_title,
        library.get("name"),
        library.get("type"),
        library.get("community_size"),
        library.get("state"),
        library.get("country"),
        entry.registered_at,
        entry.registered_by,
        entry.attended,
        entry.minutes,
        entry.watched,
        entry.accommodations,
        entry.note,
        entry.opened_at,
    ]
