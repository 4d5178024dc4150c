"""What staff do with a session's registrations over HTTP."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response

from services.registration.programme import domain as programme
from services.registration.registrations import domain
from services.registration.registrations.outcome import OutcomeSchema, outcome
from services.registration.registrations.schemas import RegistrationSchema
from services.registration.registrations.wishes import as_applicant
from services.registration.roster import queries
from services.registration.roster.queries import Entry
from services.registration.roster.schemas import ByHandSchema, EntrySchema, MoveSchema, RosterQuery, RosterSchema
from services.registration.rules.queries import select_rules
from shared import audit
from shared.http import Blueprint, auth, tables
from shared.http.answers import answer
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.runtime import connection, transaction

staff = Blueprint("roster", __name__, url_prefix="/registration/v1", description="Rosters, for staff")

HEAD = (
    "code", "status", "position", "name", "email", "job_title", "library", "library_type", "community_size", "state",
    "country", "registered_at", "registered_by", "attended", "minutes", "watched", "accommodations", "note",
)  # fmt: skip


@staff.get("/sessions/<slug>/registrations")
@staff.staff("registration:read")
@staff.arguments(RosterQuery, location="query")
@staff.response(200, RosterSchema)
def list_registrations(query: dict[str, Any], slug: str) -> Response:
    """Who registered for a session, in the order in which they came; as a table by `Accept: text/csv` or XLSX's."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    kind = tables.wanted()
    with connection() as conn:
        session = programme.find_session(conn, slug)
        if kind != tables.JSON:
            return _table(kind, slug, session.id, select_rules(conn, session.id).questions, query)
        after = decode_cursor(cursor, int)
        found = queries.select_page(conn, session.id, after=after[0] if after else 0, limit=limit + 1, **query)
    shown = found[:limit]
    body, headers = page(
        EntrySchema(many=True).dump(shown), encode_cursor(shown[-1].joined) if len(found) > limit else None
    )
    return answer(body, headers={**headers, "Vary": "Accept"})


@staff.post("/sessions/<slug>/registrations")
@staff.staff("registration:write")
@idempotent
@staff.arguments(ByHandSchema)
@staff.response(201, OutcomeSchema)
@staff.alt_response(200, schema=OutcomeSchema, description="The same person again: the registration that stands")
def register_by_hand(wanted: dict[str, Any], slug: str) -> Response:
    """Register somebody by hand, over capacity where that is said."""
    over_capacity = wanted.pop("over_capacity")
    applicant = as_applicant(wanted)
    with transaction() as conn:
        made = domain.register_by_hand(conn, slug=slug, applicant=applicant, over_capacity=over_capacity)
        if made.new:
            changes = {"session": slug, "status": made.registration.status, "over_capacity": over_capacity}
            _note(conn, "registration.create", made.registration.id, changes)
    return outcome(made)


@staff.post("/registrations/<uuid:id>/move")
@staff.staff("registration:write")
@idempotent
@staff.arguments(MoveSchema)
@staff.response(200, RegistrationSchema)
def move_registration(wanted: dict[str, Any], id: UUID) -> Response:
    """Move somebody to another session; the seat that they leave goes to the head of its waiting list."""
    slug, over_capacity = wanted["session"], wanted["over_capacity"]
    with transaction() as conn:
        moved = domain.move(conn, id, slug=slug, over_capacity=over_capacity)
        changes = {"session": slug, "registration": str(moved.id), "over_capacity": over_capacity}
        _note(conn, "registration.move", id, changes)
    return answer(RegistrationSchema().dump(moved))


def _note(conn: Any, action: str, id: UUID, changes: dict[str, Any]) -> None:
    audit.record(conn, actor=auth.actor(), action=action, subject=str(id), changes=changes)


def _table(
    kind: str, slug: str, session_id: UUID, questions: list[dict[str, Any]], filters: dict[str, Any]
) -> Response:
    keys = [question["key"] for question in questions]

    def rows(conn: Any) -> Iterator[list[Any]]:
        for entry in queries.stream_all(conn, session_id, **filters):
            yield [*_cells(entry), *(entry.answers.get(key) for key in keys)]

    return tables.table(kind, f"{slug}-registrations", [*HEAD, *keys], rows)


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
    ]
