"""The public document of an initiative, and its events."""

from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection

from services.catalog.entries.queries import Document
from services.catalog.initiatives import queries
from services.catalog.publishing.domain import EntryContent, EntryKind, EntryState
from services.catalog.publishing.representations import describe_entry, event_members, without_members
from shared.events import catalog as events


def compose_initiatives(conn: Connection, ids: list[UUID]) -> Iterable[EntryContent]:
    for row in queries.select_initiative_contents(conn, ids):
        document = describe_entry(row) | {
            "partners": row.partners,
            "funding": {"funder": row.funder, **(row.funding or {})} if row.funder else None,
            "follows": row.follows,
            "planned": row.planned,
            "series": row.series,
            "sessions": row.sessions,
        }
        yield EntryContent(row.id, document)


def own_initiative(document: Document) -> Document:
    """Return an initiative's own state, without its series and sessions, which have their own."""
    return without_members(document, "series", "sessions")


def initiative_event(previous: Document | None, state: EntryState) -> events.InitiativeEvent:
    kind = events.InitiativePublished if previous is None else events.InitiativeUpdated
    return kind(initiative=_initiative_state(state))


def initiative_withdrawn(state: EntryState) -> events.InitiativeEvent:
    return events.InitiativeWithdrawn(initiative=_initiative_state(state))


def _initiative_state(state: EntryState) -> events.Initiative:
    partners = state.content.document["partners"]
    return events.Initiative(
        **event_members("initiative", state), organizations=[events.Involved(**partner) for partner in partners]
    )


INITIATIVE = EntryKind(compose_initiatives, own_initiative, initiative_event, initiative_withdrawn)
