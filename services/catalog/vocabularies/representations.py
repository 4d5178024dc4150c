"""The public document of a vocabulary."""

from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection

from services.catalog.publishing.domain import EntryContent, EntryKind
from services.catalog.publishing.representations import without_members
from services.catalog.vocabularies import queries


def compose_vocabularies(conn: Connection, ids: list[UUID]) -> Iterable[EntryContent]:
    for row in queries.select_vocabulary_contents(conn, ids):
        yield EntryContent(row.id, {"name": row.name, "label": row.label, "terms": row.terms})


VOCABULARY = EntryKind(compose_vocabularies, without_members, None)
