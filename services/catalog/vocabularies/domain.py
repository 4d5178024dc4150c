"""Writing vocabularies and their terms."""

from uuid import UUID

from psycopg import Connection

from services.catalog.entries import queries as entries
from services.catalog.publishing import queries as publishing
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.vocabularies import queries
from services.catalog.vocabularies.representations import VOCABULARY
from services.catalog.vocabularies.schemas import TermPart
from shared.errors import Conflict, NotFound


def write_vocabularies(conn: Connection, vocabularies: dict[str, list[TermPart]], *, publish: bool) -> list[UUID]:
    """Add terms to vocabularies, or change their labels; return the vocabularies' ids."""
    for name, terms in vocabularies.items():
        slugs, labels = [term.slug for term in terms], [term.label for term in terms]
        queries.upsert_terms(conn, name, slugs=slugs, labels=labels, publish=publish)
        if publish:
            publishing.publish_entry(conn, kind="vocabulary", slug=name)
    return list(entries.select_ids(conn, "vocabulary", list(vocabularies)).values())


def add_term(conn: Connection, vocabulary: str, term: TermPart) -> Outcome:
    """Add a term to a vocabulary. Raises NotFound, and Conflict if it exists."""
    write, id = Write(conn), _find_vocabulary(conn, vocabulary)
    if not queries.insert_term(conn, vocabulary, term.slug, label=term.label):
        raise Conflict(f"The vocabulary has a term {term.slug} already.", problem="slug-taken")
    publishing.publish_entry(conn, kind="vocabulary", slug=vocabulary)
    return _refresh_vocabulary(write, id)


def rename_term(conn: Connection, vocabulary: str, slug: str, *, label: str) -> Outcome:
    """Change the label of a term. Raises NotFound."""
    write, id = Write(conn), _find_vocabulary(conn, vocabulary)
    if not queries.update_term(conn, vocabulary, slug, label=label):
        raise NotFound("The vocabulary has no such term.")
    return _refresh_vocabulary(write, id)


def remove_term(conn: Connection, vocabulary: str, slug: str) -> Outcome:
    """Delete a term that is not in use. Raises NotFound, and Conflict if it is used."""
    write, id = Write(conn), _find_vocabulary(conn, vocabulary)
    if queries.is_used(conn, vocabulary, slug):
        raise Conflict("Something in the catalog is described by this term.", problem="in-use")
    if not queries.delete_term(conn, vocabulary, slug):
        raise NotFound("The vocabulary has no such term.")
    return _refresh_vocabulary(write, id)


def _find_vocabulary(conn: Connection, name: str) -> UUID:
    if id := entries.select_ids(conn, "vocabulary", [name]).get(name):
        return id
    raise NotFound("There is no such vocabulary.")


def _refresh_vocabulary(write: Write, id: UUID) -> Outcome:
    [outcome] = write.refresh(VOCABULARY, [id])
    return outcome
