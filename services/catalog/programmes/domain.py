"""Writing initiatives, series, organizations and vocabularies; the caller refreshes what may have changed."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from services.catalog.markdown import render
from services.catalog.programmes import queries, references
from services.catalog.programmes.schemas import Completion, InitiativePart, OrganizationPart, SeriesPart, TermPart
from services.catalog.publishing import queries as entries


def _upsert_described(conn: Connection, kind: str, part: InitiativePart | SeriesPart, *, publish: bool) -> UUID:
    return entries.upsert_entry(
        conn,
        kind=kind,
        slug=part.slug,
        title=part.title,
        summary=part.summary,
        description=part.description,
        description_html=render(part.description),
        publish=publish,
    )


def write_organizations(conn: Connection, parts: list[OrganizationPart], *, publish: bool) -> list[UUID]:
    """Say who the organizations are; their ids."""
    ids = [
        entries.upsert_entry(conn, kind="organization", slug=part.slug, title=part.name, publish=publish)
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


def write_initiative(conn: Connection, part: InitiativePart, *, publish: bool) -> UUID:
    """Say what an initiative is."""
    id = _upsert_described(conn, "initiative", part, publish=publish)
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


def write_series(conn: Connection, parts: list[SeriesPart], *, initiative_id: UUID, publish: bool) -> dict[str, UUID]:
    """Say what the series are, but for their completion, which needs their sessions; their ids by slug."""
    ids = {part.slug: _upsert_described(conn, "series", part, publish=publish) for part in parts}
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
