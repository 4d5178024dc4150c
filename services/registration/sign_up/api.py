"""Registering, and what follows from it, over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from psycopg import Connection

from services.registration.corrections import domain as corrections
from services.registration.groups.queries import Group
from services.registration.groups.representations import pending
from services.registration.groups.schemas import PendingSchema
from services.registration.learners import access
from services.registration.registrations import domain as registrations
from services.registration.registrations.domain import Made
from services.registration.registrations.representations import OutcomeSchema, OutcomesSchema, outcome, outcomes, tell
from services.registration.registrations.schemas import (
    CorrectionSchema,
    GroupRequestSchema,
    RegistrationRequestSchema,
    RegistrationSchema,
    SeriesRequestSchema,
    TokenQuery,
)
from services.registration.roster import staff_commands
from services.registration.sign_up import domain, fast_path
from services.registration.sign_up.fast_path import TermsCache
from services.registration.tickets import domain as tickets
from shared import runtime
from shared.errors import Invalid
from shared.http import Blueprint, auth
from shared.http.guards import guard
from shared.http.idempotency import idempotent
from shared.http.request_limits import rate_limited
from shared.http.responses import json_response
from shared.runtime import connection, transaction

bp = Blueprint("registrations", __name__, url_prefix="/registration/v1", description="Seats", public=True)

STAFF_ALONE = {"email", "note"}


def _by_link_or_staff(scope: str) -> Callable[..., Any]:
    """Let staff with the scope or the link's bearer on."""

    def check(id: UUID) -> None:
        by_staff = auth.has(scope)
        with connection() as conn:
            _let_on(conn, id, request.args.get("token"), by_staff=by_staff)

    return guard(check)


def _register_fast(keep: Callable[[Response], dict[str, Any]], wanted: dict[str, Any]) -> Response | None:
    cache = runtime.current().memory.setdefault(TermsCache, TermsCache())
    with connection() as conn:
        prepared = fast_path.prepare(conn, cache, wanted)
        if prepared is None:
            return None
        response = tell(prepared.registration, new=True, advice=prepared.advice)
        return response if fast_path.take(conn, cache, prepared, answer=keep(response)) else None


@bp.post("/registrations")
@rate_limited
@bp.arguments(RegistrationRequestSchema)
@bp.response(
    201, OutcomeSchema, headers={"Location": {"description": "The registration", "schema": {"type": "string"}}}
)
@bp.alt_response(200, schema=OutcomeSchema, description="Registered already: the mail tells its owner the rest")
@idempotent(fast_path=_register_fast)
def create_registration(wanted: dict[str, Any]) -> Response:
    """Register a person for a session; a full session puts them on its waiting list."""
    made = domain.register(wanted, slug=wanted["session"])
    return outcome(made, proved=not made.new and _may_know([made])[0])


@bp.post("/series/<slug>/registrations")
@rate_limited
@idempotent
@bp.arguments(SeriesRequestSchema)
@bp.response(201, OutcomesSchema)
@bp.alt_response(200, schema=OutcomesSchema, description="Registered already for all of it")
def create_series_registrations(wanted: dict[str, Any], slug: str) -> Response:
    """Register a person for every session of a series that is open now: all, or where one refuses them, none."""
    made = domain.register_series(wanted, slug=slug)
    return outcomes(made, told=_may_know(made))


@bp.post("/group-registrations")
@rate_limited
@idempotent
@bp.arguments(GroupRequestSchema)
@bp.response(201, OutcomesSchema)
@bp.alt_response(200, schema=OutcomesSchema, description="All of them were registered already")
@bp.alt_response(
    202, schema=PendingSchema, description="The registrar is asked by mail to confirm; nobody is registered"
)
def create_group_registrations(wanted: dict[str, Any]) -> Response:
    """Register up to 50 colleagues for a session, all or none; each gets a mail and a link of their own. The answer is
    in their order.

    Where the request comes from the registrar, signed in, or from staff (`registration:write`), that is done at once.
    Else the registrar alone is mailed, and the group is registered when they confirm: until then nobody else hears of
    it, and a few seats at most are held, for a day. The answer is 202 then, and tells nothing of who is known.
    """
    found = domain.register_group(wanted, slug=wanted["session"])
    return pending(found) if isinstance(found, Group) else outcomes(found, told=_may_know(found))


@bp.get("/registrations/<uuid:id>")
@_by_link_or_staff("registration:read")
@bp.arguments(TokenQuery, location="query")
@bp.response(200, RegistrationSchema)
def show_registration(query: dict[str, Any], id: UUID) -> Response:
    """Show a registration to the one who has the link from its mail, or to staff."""
    by_staff = auth.has("registration:read")
    with connection() as conn:
        _let_on(conn, id, query["token"], by_staff=by_staff)
        return json_response(RegistrationSchema().dump(registrations.get(conn, id)))


@bp.patch("/registrations/<uuid:id>")
@_by_link_or_staff("registration:write")
@bp.arguments(TokenQuery, location="query")
@bp.arguments(CorrectionSchema)
@bp.response(200, RegistrationSchema)
def correct_registration(query: dict[str, Any], changes: dict[str, Any], id: UUID) -> Response:
    """Correct what was said; members that are left out stay. Staff also correct the address, and keep a note."""
    by_staff = auth.has("registration:write")
    with transaction() as conn:
        _let_on(conn, id, query["token"], by_staff=by_staff)
        if not by_staff and (kept := STAFF_ALONE & changes.keys()):
            raise Invalid({name: ["Only staff change this."] for name in kept})
        after = staff_commands.correct(conn, id, changes) if by_staff else corrections.correct(conn, id, changes)[1]
    return json_response(RegistrationSchema().dump(after))


@bp.post("/registrations/<uuid:id>/accept")
@_by_link_or_staff("registration:write")
@idempotent
@bp.arguments(TokenQuery, location="query")
@bp.response(200, RegistrationSchema)
def accept_offer(query: dict[str, Any], id: UUID) -> Response:
    """Accept the seat that is offered, before it passes on to the next in line."""
    by_staff = auth.has("registration:write")
    with transaction() as conn:
        _let_on(conn, id, query["token"], by_staff=by_staff)
        found = staff_commands.accept(conn, id) if by_staff else registrations.accept_offer(conn, id)
    return json_response(RegistrationSchema().dump(found))


@bp.delete("/registrations/<uuid:id>")
@_by_link_or_staff("registration:write")
@bp.arguments(TokenQuery, location="query")
@bp.response(200, RegistrationSchema)
def cancel_registration(query: dict[str, Any], id: UUID) -> Response:
    """Cancel a registration; its seat goes to the head of the waiting list at once."""
    by_staff = auth.has("registration:write")
    with transaction() as conn:
        _let_on(conn, id, query["token"], by_staff=by_staff)
        found = (
            staff_commands.cancel(conn, id)
            if by_staff
            else registrations.cancel(conn, id, reason="cancelled by registrant")
        )
    return json_response(RegistrationSchema().dump(found))


def _may_know(made: list[Made]) -> list[bool]:
    """Of each whether the caller is told which it is: what is new, what is theirs as who is signed in, all to staff."""
    if all(one.new for one in made):
        return [True] * len(made)
    reader, by_staff = access.signed_in(), auth.has("registration:read")
    return [one.new or by_staff or one.registration.person_id == reader for one in made]


def _let_on(conn: Connection, id: UUID, token: str | None, *, by_staff: bool) -> None:
    """Let staff or the link's bearer on. Raises NotFound, so that nobody learns what exists, or LinkEnded."""
    if not by_staff:
        tickets.check_registration(conn, id, token)
