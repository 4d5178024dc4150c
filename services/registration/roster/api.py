"""What staff do with a session's registrations over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from services.registration.catalog_projection import domain as projection
from services.registration.registrations.representations import OutcomeSchema, outcome
from services.registration.registrations.schemas import RegistrationSchema
from services.registration.roster import exporters, queries, staff_commands
from services.registration.roster.schemas import (
    ByHandSchema,
    EntrySchema,
    MoveSchema,
    RosterQuery,
    RosterSchema,
    SeatSchema,
)
from shared.http import Blueprint, tables
from shared.http.idempotency import idempotent
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.responses import json_response
from shared.runtime import connection, transaction

staff = Blueprint("roster", __name__, url_prefix="/registration/v1", description="Rosters, for staff")


@staff.get("/sessions/<slug>/registrations")
@staff.staff("registration:read")
@staff.arguments(RosterQuery, location="query")
@staff.response(200, RosterSchema)
def list_registrations(query: dict[str, Any], slug: str) -> Response:
    """Who registered for a session, in the order in which they came; as a table by `Accept: text/csv` or XLSX's."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    kind = tables.wanted()
    with connection() as conn:
        session = projection.find_session(conn, slug)
        if kind != tables.JSON:
            return exporters.table(conn, kind, session, query)
        after = decode_cursor(cursor, int)
        found = queries.select_page(conn, session.id, after=after[0] if after else 0, limit=limit + 1, **query)
    shown = found[:limit]
    body, headers = page(
        EntrySchema(many=True).dump(shown), encode_cursor(shown[-1].joined) if len(found) > limit else None
    )
    return json_response(body, headers={**headers, "Vary": "Accept"})


@staff.post("/sessions/<slug>/registrations")
@staff.staff("registration:write")
@idempotent
@staff.arguments(ByHandSchema)
@staff.response(201, OutcomeSchema)
@staff.alt_response(200, schema=OutcomeSchema, description="The same person again: the registration that stands")
def register_by_hand(wanted: dict[str, Any], slug: str) -> Response:
    """Register somebody by hand, over capacity where that is said."""
    with transaction() as conn:
        return outcome(staff_commands.register(conn, slug, wanted), proved=True)


@staff.post("/registrations/<uuid:id>/move")
@staff.staff("registration:write")
@idempotent
@staff.arguments(MoveSchema)
@staff.response(200, RegistrationSchema)
def move_registration(wanted: dict[str, Any], id: UUID) -> Response:
    """Move somebody to another session; the seat that they leave goes to the head of its waiting list."""
    with transaction() as conn:
        return json_response(RegistrationSchema().dump(staff_commands.move(conn, id, **wanted)))


@staff.post("/registrations/<uuid:id>/seat")
@staff.staff("registration:write")
@idempotent
@staff.arguments(SeatSchema)
@staff.response(200, RegistrationSchema)
def seat_registration(wanted: dict[str, Any], id: UUID) -> Response:
    """Give a seat to somebody who waits, before others and also once registration has closed; where none is free only
    with `over_capacity`. Again changes nothing.
    """
    with transaction() as conn:
        return json_response(RegistrationSchema().dump(staff_commands.seat(conn, id, **wanted)))
