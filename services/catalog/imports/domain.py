"""Importing a program document, all of it or nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import marshmallow as ma
from psycopg import Connection

from services.catalog.announcements.domain import write_announcement
from services.catalog.announcements.schemas import AnnouncementPart
from services.catalog.imports import queries
from services.catalog.initiatives import domain as initiatives
from services.catalog.initiatives.schemas import InitiativePart
from services.catalog.kinds.domain import refresh_family
from services.catalog.organizations import domain as organizations_domain
from services.catalog.organizations.representations import ORGANIZATION
from services.catalog.program_documents import references
from services.catalog.program_documents.schemas import ProgramDocument, ProgrammeSchema
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.publishing.queries import lock_catalog
from services.catalog.recordings import domain as recordings
from services.catalog.scheduling.queries import update_status
from services.catalog.series import domain as series_domain
from services.catalog.series.schemas import SeriesPart
from services.catalog.sessions import domain as sessions
from services.catalog.sessions.document_part import SessionPart
from services.catalog.sessions.domain import write_session
from services.catalog.sessions.queries import update_places
from services.catalog.vocabularies import domain as vocabularies_domain
from services.catalog.vocabularies.representations import VOCABULARY
from shared import audit
from shared.errors import Invalid, messages_by_path


@dataclass(frozen=True)
class ImportReport:
    """The changes that an import made, or would make."""

    dry_run: bool
    created: list[Outcome]
    changed: list[Outcome]
    unchanged: list[Outcome]


def import_programme(conn: Connection, document: Any, *, actor: str, dry_run: bool = False) -> ImportReport:
    """Make the catalog match the document and report the changes; importing it again changes nothing. Entries that it
    does not name are left alone. A dry run is rolled back.

    Raises Invalid with all errors of the document by path, and Conflict.
    """
    with conn.transaction(force_rollback=dry_run):
        write = Write(conn)
        programme = _validate(conn, document)
        _write(write, programme)
        report = _report(write.outcomes, _named(programme), dry_run=dry_run)
        if report.created or report.changed:
            changes = {f"{one.kind}/{one.slug}": one.difference() for one in (*report.created, *report.changed)}
            audit.record(conn, actor=actor, action="import", subject=programme.initiative.slug, changes=changes)
    return report


def import_first_programme(conn: Connection, document: Any, *, actor: str) -> ImportReport | None:
    """Import a document into a catalog that has never been used; otherwise do nothing and return None. Of two such
    imports at once, the second finds what the first has written.
    """
    lock_catalog(conn)
    return None if queries.has_held_anything(conn) else import_programme(conn, document, actor=actor)


def _validate(conn: Connection, document: Any) -> ProgramDocument:
    if not isinstance(document, dict):
        raise Invalid({"": ["A programme document has members."]})
    errors: dict[str, Any] = {}
    loaded: Any = None
    try:
        loaded = ProgrammeSchema().load(document)
    except ma.ValidationError as error:
        errors = messages_by_path(error.messages_dict)
    for path, messages in references.check(conn, document).items():
        errors.setdefault(path, messages)
    if errors:
        raise Invalid(errors)
    return loaded


def _write(write: Write, programme: ProgramDocument) -> None:
    conn, publish = write.conn, programme.publish

    def when(part: InitiativePart | SeriesPart | SessionPart | AnnouncementPart) -> dict[str, Any]:
        """Return when a part becomes public: its own setting, or its document's."""
        return {"publish": publish if part.publish is None else part.publish, "publish_at": part.publish_at}

    organizations = organizations_domain.write_organizations(conn, programme.organizations, publish=publish)
    vocabularies = vocabularies_domain.write_vocabularies(conn, programme.vocabularies, publish=publish)
    initiative_id = initiatives.write_initiative(conn, programme.initiative, **when(programme.initiative))
    series: dict[str, UUID] = {}
    for part in programme.series:
        series |= series_domain.write_series(conn, [part], initiative_id=initiative_id, **when(part))
    for session in programme.sessions:
        write_session(conn, session, initiative_id=initiative_id, **when(session))
    for part in programme.series:
        series_domain.write_completion(conn, series[part.slug], part.completion)
    update_places(conn, initiative_id, slugs=[session.slug for session in programme.sessions])
    for announcement in programme.announcements:
        write_announcement(conn, announcement, initiative_id=initiative_id, **when(announcement))
    recorded = _write_what_happened(conn, programme.sessions)
    renamed = [one.id for one in write.refresh(ORGANIZATION, organizations) if one.result == "changed"]
    write.refresh(VOCABULARY, vocabularies)
    refresh_family(write, initiative_id, organization_ids=renamed)
    for session_id in recorded:
        recordings.announce(conn, session_id)


def _write_what_happened(conn: Connection, parts: list[SessionPart]) -> list[UUID]:
    """Cancel sessions and write recordings; return the sessions whose recording is new or changed. Raises Invalid if a
    session's status does not allow it.
    """
    errors: dict[str, list[str]] = {}
    recorded = []
    for number, part in enumerate(parts):
        session = sessions.find_session(conn, part.slug)
        if part.cancelled and session.status == "held":
            errors[f"sessions.{number}.cancelled"] = ["The session was held."]
        elif part.cancelled:
            update_status(conn, session.id, "cancelled")
        if part.recording is None:
            continue
        if refusal := recordings.find_obstacle(sessions.find_session(conn, part.slug)):
            errors[f"sessions.{number}.recording"] = [refusal.detail]
        elif recordings.write_recording(conn, session.id, part.recording):
            recorded.append(session.id)
    if errors:
        raise Invalid(errors)
    return recorded


def _named(programme: ProgramDocument) -> set[tuple[str, str]]:
    return {
        ("initiative", programme.initiative.slug),
        *(("organization", part.slug) for part in programme.organizations),
        *(("vocabulary", name) for name in programme.vocabularies),
        *(("series", part.slug) for part in programme.series),
        *(("session", part.slug) for part in programme.sessions),
        *(("announcement", part.slug) for part in programme.announcements),
    }


def _report(outcomes: list[Outcome], named: set[tuple[str, str]], *, dry_run: bool) -> ImportReport:
    """Report what the document names, and of everything else only what changed."""
    by_result: dict[str, list[Outcome]] = {"created": [], "changed": [], "unchanged": []}
    for outcome in outcomes:
        if outcome.result != "unchanged" or (outcome.kind, outcome.slug) in named:
            by_result[outcome.result].append(outcome)
    return ImportReport(dry_run, **by_result)
