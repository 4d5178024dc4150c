"""Writing initiatives, series, organizations and vocabularies; the caller refreshes what may have changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.catalog.programmes import queries, references
from services.catalog.programmes.documents import VOCABULARY
from services.catalog.programmes.schemas import Completion, InitiativePart, OrganizationPart, SeriesPart, TermPart
from services.catalog.publishing import queries as entries
from services.catalog.publishing.domain import Outcome, Write
from shared.errors import Conflict, NotFound
from shared.markdown import render


def _upsert_described(
    conn: Connection, kind: str, part: InitiativePart | SeriesPart, *, publish: bool, publish_at: datetime | None
) -> UUID:
    return entries.upsert_entry(
        conn,
        kind=kind,
        slug=part.slug,
        title=part.title,
        summary=part.summary,
        description=part.description,
        description_html=render(part.description),
        publish=publish,
        publish_at=publish_at,
    )


def write_organizations(
    conn: Connection, parts: list[OrganizationPart], *, publish: bool, publish_at: datetime | None = None
) -> list[UUID]:
    """Say who the organizations are; their ids."""
    ids = [
        entries.upsert_entry(
            conn, kind="organization", slug=part.slug, title=part.name, publish=publish, publish_at=publish_at
        )
        for part in parts
    ]
    for id, part in zip(ids, parts, strict=True):
        queries.upsert_organization(conn, id=id, url=part.url)
    return ids


def write_vocabularies(conn: Connection, vocabularies: dict[str, list[TermPart]], *, publish: bool) -> list[UUID]:
    """Add terms to vocabularies, or say what they are called now; the vocabularies' ids."""
    for name, terms in vocabularies.items():
        slugs, labels = [term.slug for term in terms], [term.label for term in terms]
        queries.upsert_terms(conn, name, slugs=slugs, labels=labels, publish=publish)
        if publish:
            entries.publish_entry(conn, kind="vocabulary", slug=name)
    return list(entries.select_ids(conn, "vocabulary", list(vocabularies)).values())


def add_term(conn: Connection, vocabulary: str, term: TermPart) -> Outcome:
    """Add a term to a vocabulary. Raises NotFound, and Conflict where it is there."""
    write, id = Write(conn), _find_vocabulary(conn, vocabulary)
    if not queries.insert_term(conn, vocabulary, term.slug, label=term.label):
        raise Conflict(f"The vocabulary has a term {term.slug} already.", problem="slug-taken")
    entries.publish_entry(conn, kind="vocabulary", slug=vocabulary)
    return _refresh_vocabulary(write, id)


def rename_term(conn: Connection, vocabulary: str, slug: str, *, label: str) -> Outcome:
    """Say what a term is called. Raises NotFound."""
    write, id = Write(conn), _find_vocabulary(conn, vocabulary)
    if not queries.update_term(conn, vocabulary, slug, label=label):
        raise NotFound("The vocabulary has no such term.")
    return _refresh_vocabulary(write, id)


def remove_term(conn: Connection, vocabulary: str, slug: str) -> Outcome:
    """Take a term away that describes nothing. Raises NotFound, and Conflict where it is used."""
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


def write_initiative(
    conn: Connection, part: InitiativePart, *, publish: bool, publish_at: datetime | None = None
) -> UUID:
    """Say what an initiative is."""
    id = _upsert_described(conn, "initiative", part, publish=publish, publish_at=publish_at)
    funding: dict[str, Any] = dict(part.funding or {})
    funder = funding.pop("funder", None)
    queries.upsert_initiative(
        conn,
        id=id,
        when=part.when,
        follows=part.follows,
        funder_id=entries.select_ids(conn, "organization", [funder])[funder] if funder else None,
        funding=funding or None,
        planned=part.planned,
    )
    references.write_involvements(conn, id, part.partners)
    return id


def write_series(
    conn: Connection,
    parts: list[SeriesPart],
    *,
    initiative_id: UUID,
    publish: bool,
    publish_at: datetime | None = None,
) -> dict[str, UUID]:
    """Say what the series are, but for their completion, which needs their sessions; their ids by slug."""
    ids = {part.slug: _upsert_described(conn, "series", part, publish=publish, publish_at=publish_at) for part in parts}
    for part in parts:
        queries.upsert_series(
            conn, id=ids[part.slug], initiative_id=initiative_id, when=part.when, audience=part.audience
        )
    queries.delete_completions(conn, list(ids.values()))
    return ids


def write_completion(conn: Connection, series_id: UUID, completion: Completion | None) -> None:
    """Say which sessions complete a series, and what that invites to."""
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
