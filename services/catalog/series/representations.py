"""The public document of a series, and its events."""

from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection

from services.catalog.entries.queries import Document
from services.catalog.publishing.domain import EntryContent, EntryKind, EntryState
from services.catalog.publishing.representations import describe_entry, event_members, without_members
from services.catalog.series import queries
from services.catalog.series.queries import SeriesContent
from shared.events import catalog as events


def compose_series(conn: Connection, ids: list[UUID]) -> Iterable[EntryContent]:
    for row in queries.select_series_contents(conn, ids):
        document = describe_entry(row) | {
            "initiative": row.initiative,
            "audience": row.audience,
            "sessions": row.sessions,
            "completion": _completion(row, "slug"),
        }
        yield EntryContent(row.id, document, {"completion_ids": _completion(row, "id")})


def _completion(row: SeriesContent, member: str) -> Document | None:
    if row.counts is None:
        return None
    return {
        "sessions": [session[member] for session in row.completing],
        "counts": row.counts,
        "invites_to": row.invited[member] if row.invited else None,
    }


def own_series(document: Document) -> Document:
    """Return a series' own state, with the slugs of its sessions but not their titles."""
    return without_members(document) | {"sessions": [session["slug"] for session in document["sessions"]]}


def series_event(previous: Document | None, state: EntryState) -> events.SeriesEvent:
    kind = events.SeriesPublished if previous is None else events.SeriesUpdated
    return kind(series=_series_state(state))


def series_withdrawn(state: EntryState) -> events.SeriesEvent:
    return events.SeriesWithdrawn(series=_series_state(state))


def _series_state(state: EntryState) -> events.Series:
    document, completion = state.content.document, state.content.private["completion_ids"]
    return events.Series(
        **event_members("series", state),
        initiative=events.Reference(**document["initiative"]),
        audience=events.Audience(**document["audience"]),
        completion=_completion_state(completion) if completion else None,
    )


def _completion_state(completion: Document) -> events.Completion:
    invites_to = completion["invites_to"]
    return events.Completion(
        sessions=[UUID(session) for session in completion["sessions"]],
        counts=completion["counts"],
        invites_to=UUID(invites_to) if invites_to else None,
    )


SERIES = EntryKind(compose_series, own_series, series_event, series_withdrawn)
