"""What the public reads of initiatives, series, organizations and vocabularies, and what their events carry."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.catalog import addresses
from services.catalog.dates import domain as dates
from services.catalog.programmes import queries
from services.catalog.programmes.queries import InitiativeContent, SeriesContent
from services.catalog.publishing.domain import Content, Document, Kind, State
from services.catalog.sessions.documents import when_of
from shared.events import catalog as events


def _without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in (*names, "revision", "updated_at")}


def _described(row: InitiativeContent | SeriesContent) -> Document:
    return {
        "id": str(row.id),
        "slug": row.slug,
        "title": row.title,
        "summary": row.summary,
        "description": row.description,
        "description_html": row.description_html,
        "when": dates.describe_uncertain(row.edtf) if row.edtf else None,
    }


def compose_organizations(conn: Connection, ids: list[UUID]) -> Iterable[Content]:
    for row in queries.select_organization_contents(conn, ids):
        yield Content(row.id, {"id": str(row.id), "slug": row.slug, "name": row.name, "url": row.url})


def compose_vocabularies(conn: Connection, ids: list[UUID]) -> Iterable[Content]:
    for row in queries.select_vocabulary_contents(conn, ids):
        yield Content(row.id, {"name": row.name, "label": row.label, "terms": row.terms})


def compose_initiatives(conn: Connection, ids: list[UUID]) -> Iterable[Content]:
    for row in queries.select_initiative_contents(conn, ids):
        document = _described(row) | {
            "partners": row.partners,
            "funding": {"funder": row.funder, **(row.funding or {})} if row.funder else None,
            "follows": row.follows,
            "planned": row.planned,
            "series": row.series,
            "sessions": row.sessions,
        }
        yield Content(row.id, document)


def own_initiative(document: Document) -> Document:
    """An initiative's own state: its series and sessions have their own."""
    return _without(document, "series", "sessions")


def initiative_event(previous: Document | None, state: State) -> events.InitiativeEvent:
    kind = events.InitiativePublished if previous is None else events.InitiativeUpdated
    return kind(initiative=_initiative_state(state))


def initiative_withdrawn(state: State) -> events.InitiativeEvent:
    return events.InitiativeWithdrawn(initiative=_initiative_state(state))


def _initiative_state(state: State) -> events.Initiative:
    partners = state.content.document["partners"]
    return events.Initiative(
        **_common("initiative", state), organizations=[events.Involved(**partner) for partner in partners]
    )


def _common(kind: str, state: State) -> dict[str, Any]:
    document = state.content.document
    return {
        "id": state.content.id,
        "revision": state.revision,
        "slug": document["slug"],
        "title": document["title"],
        "summary": document["summary"],
        "when": when_of(document["when"]) if document["when"] else None,
        "page_url": addresses.page_of(kind, document["slug"]),
    }


def compose_series(conn: Connection, ids: list[UUID]) -> Iterable[Content]:
    for row in queries.select_series_contents(conn, ids):
        document = _described(row) | {
            "initiative": row.initiative,
            "audience": row.audience,
            "sessions": row.sessions,
            "completion": _completion(row, "slug"),
        }
        yield Content(row.id, document, {"completion_ids": _completion(row, "id")})


def _completion(row: SeriesContent, member: str) -> Document | None:
    if row.counts is None:
        return None
    return {
        "sessions": [session[member] for session in row.completing],
        "counts": row.counts,
        "invites_to": row.invited[member] if row.invited else None,
    }


def own_series(document: Document) -> Document:
    """A series' own state: which sessions it has, not how they are called."""
    return _without(document) | {"sessions": [session["slug"] for session in document["sessions"]]}


def series_event(previous: Document | None, state: State) -> events.SeriesEvent:
    kind = events.SeriesPublished if previous is None else events.SeriesUpdated
    return kind(series=_series_state(state))


def series_withdrawn(state: State) -> events.SeriesEvent:
    return events.SeriesWithdrawn(series=_series_state(state))


def _series_state(state: State) -> events.Series:
    document, completion = state.content.document, state.content.private["completion_ids"]
    return events.Series(
        **_common("series", state),
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


ORGANIZATION = Kind(compose_organizations, _without, None)
VOCABULARY = Kind(compose_vocabularies, _without, None)
INITIATIVE = Kind(compose_initiatives, own_initiative, initiative_event, initiative_withdrawn)
SERIES = Kind(compose_series, own_series, series_event, series_withdrawn)
