"""The pages on which staff see who takes part, and look after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from psycopg import Connection

from services.registration.attendance import attendance_commands as attendance
from services.registration.attendance.domain import describe_seats
from services.registration.attendance.schemas import MarkSchema
from services.registration.catalog_projection import domain as projection
from services.registration.catalog_projection.queries import Session
from services.registration.certificates.queries import select_of_person
from services.registration.libraries.schemas import SIZES, TYPES
from services.registration.registrations import domain
from services.registration.registrations.form_context import STATE_GROUPS
from services.registration.registrations.refusals import refuse
from services.registration.registrations.schemas import CorrectionSchema
from services.registration.roster import exporters, queries, staff_commands
from services.registration.roster.queries import Entry
from services.registration.roster.schemas import ByHandSchema, MoveSchema, RosterQuery, SeatSchema, SessionsQuery
from services.registration.rules.queries import select_rules
from services.registration.seats.registration_states import RegistrationStatus
from shared.errors import DomainError, NotFound
from shared.http import tables
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, parse_query, respond
from shared.http.pagination import decode_cursor, encode_cursor
from shared.http.responses import see_other
from shared.runtime import connection, transaction
from shared.state_machines import values

HOME = "/registration/staff"
pages = Pages("roster-desk", url_prefix=HOME)

READ, WRITE = "registration:read", "registration:write"
STATUSES = values(RegistrationStatus)
# What staff correct on a page: the rest stays as it was said.
CORRECTED = ("name", "email", "job_title", "library", "accommodations", "note")


@pages.get("/")
@pages.staff(READ)
def list_sessions() -> Response:
    """The sessions to come, or past ones, with how many take part."""
    query = parse_query(SessionsQuery())
    limit, after = query.pop("limit"), decode_cursor(query.pop("cursor"), datetime | None, str)
    with connection() as conn:
        found = queries.select_sessions(conn, after=after and (after[0], after[1]), limit=limit + 1, **query)
    last = found[limit - 1] if len(found) > limit else None
    more = last and encode_cursor(last.starts_at and last.starts_at.isoformat(), last.slug)
    return respond("staff/sessions.html", found=found[:limit], more=more, query=query)


@pages.get("/sessions/<slug>")
@pages.staff(READ)
def show_roster(slug: str) -> Response:
    """Who registered for a session, in the order in which they came."""
    query = parse_query(RosterQuery())
    limit, (after,) = query.pop("limit"), decode_cursor(query.pop("cursor"), int) or (0,)
    with connection() as conn:
        session = projection.find_session(conn, slug)
        found = queries.select_page(conn, session.id, after=after, limit=limit + 1, **query)
        seats, questions = describe_seats(conn, session), select_rules(conn, session.id).questions
    more = encode_cursor(found[limit - 1].joined) if len(found) > limit else None
    return respond(
        "staff/roster.html",
        session=session,
        seats=seats,
        found=found[:limit],
        more=more,
        query=query,
        questions=questions,
        statuses=STATUSES,
        types=TYPES,
    )


@pages.get("/sessions/<slug>/registrations.<any(csv, xlsx):kind>")
@pages.staff(READ)
def download_roster(slug: str, kind: str) -> Response:
    """All that the filters leave, as a table."""
    query = parse_query(RosterQuery())
    filters = {name: value for name, value in query.items() if name not in ("limit", "cursor")}
    with connection() as conn:
        session = projection.find_session(conn, slug)
        return exporters.table(conn, tables.CSV if kind == "csv" else tables.XLSX, session, filters)


@pages.get("/sessions/<slug>/register")
@pages.staff(WRITE)
def show_by_hand(slug: str) -> Response:
    """The form to register somebody by hand."""
    with connection() as conn:
        return _by_hand(conn, projection.find_session(conn, slug), Form())


@pages.form("/sessions/<slug>/register")
@pages.staff(WRITE)
def register_by_hand(slug: str) -> Response:
    """Register somebody; over capacity where that is said."""
    wanted, form = parse_form(ByHandSchema())
    status = 422
    if form:
        try:
            with transaction() as conn:
                made = staff_commands.register(conn, slug, wanted)
            return see_other(f"{HOME}/registrations/{made.registration.id}")
        except DomainError as error:
            status = refuse(form, error)
    with connection() as conn:
        return _by_hand(conn, projection.find_session(conn, slug), form, status=status)


@pages.get("/registrations/<uuid:id>")
@pages.staff(READ)
def show_registration(id: UUID) -> Response:
    """One registration, and what staff can do with it."""
    with connection() as conn:
        return _show(conn, id)


@pages.form("/registrations/<uuid:id>")
@pages.staff(WRITE)
def correct(id: UUID) -> Response:
    """Correct what was said, or keep a note."""
    changes, form = parse_form(CorrectionSchema())
    status = 422
    if form:
        try:
            with transaction() as conn:
                staff_commands.correct(conn, id, {name: changes[name] for name in CORRECTED if name in changes})
            return see_other(f"{HOME}/registrations/{id}")
        except DomainError as error:
            status = refuse(form, error)
    with connection() as conn:
        return _show(conn, id, form, status=status)


@pages.form("/registrations/<uuid:id>/<any(accept, cancel):action>")
@pages.staff(WRITE)
def act(id: UUID, action: str) -> Response:
    """Accept an offer for them, or give the registration up."""
    with transaction() as conn:
        {"accept": staff_commands.accept, "cancel": staff_commands.cancel}[action](conn, id)
    return see_other(f"{HOME}/registrations/{id}")


@pages.form("/registrations/<uuid:id>/seat")
@pages.staff(WRITE)
def seat(id: UUID) -> Response:
    """Give them a seat, though they wait."""
    wanted, form = parse_form(SeatSchema())
    status = 422
    if form:
        try:
            with transaction() as conn:
                staff_commands.seat(conn, id, **wanted)
            return see_other(f"{HOME}/registrations/{id}")
        except DomainError as error:
            status = refuse(form, error)
    with connection() as conn:
        return _show(conn, id, seating=form, status=status)


@pages.form("/registrations/<uuid:id>/move")
@pages.staff(WRITE)
def move(id: UUID) -> Response:
    """Move them to another session."""
    wanted, form = parse_form(MoveSchema())
    status = 422
    if form:
        try:
            with transaction() as conn:
                moved = staff_commands.move(conn, id, **wanted)
            return see_other(f"{HOME}/registrations/{moved.id}")
        except DomainError as error:
            status = refuse(form, error)
    with connection() as conn:
        return _show(conn, id, moving=form, status=status)


@pages.form("/registrations/<uuid:id>/attendance")
@pages.staff(WRITE)
def mark(id: UUID) -> Response:
    """Record by hand whether they were there."""
    wanted, form = parse_form(MarkSchema())
    if form:
        with transaction() as conn:
            attendance.mark(conn, id, attended=wanted["attended"], minutes=wanted["minutes"])
        return see_other(f"{HOME}/registrations/{id}")
    with connection() as conn:
        return _show(conn, id, marking=form, status=422)


def _by_hand(conn: Connection, session: Session, form: Form, *, status: int = 200) -> Response:
    seats = describe_seats(conn, session)
    return respond(
        "staff/by-hand.html",
        status=status,
        session=session,
        seats=seats,
        form=form,
        types=TYPES,
        sizes=SIZES,
        states=STATE_GROUPS,
    )


def _show(
    conn: Connection,
    id: UUID,
    form: Form | None = None,
    *,
    status: int = 200,
    seating: Form | None = None,
    moving: Form | None = None,
    marking: Form | None = None,
) -> Response:
    registration = domain.get(conn, id)
    session = projection.find_session(conn, registration.session_slug)
    entry = queries.select_entry(conn, session.id, id)
    if entry is None:
        raise NotFound("There is no such registration.")
    questions: Any = select_rules(conn, session.id).questions
    return respond(
        "staff/registration.html",
        status=status,
        session=session,
        entry=entry,
        questions=questions,
        form=Form.of(_shown(entry)) if form is None else form,
        types=TYPES,
        sizes=SIZES,
        states=STATE_GROUPS,
        others=queries.select_others(conn, session.id),
        certificates=select_of_person(conn, registration.person_id),
        seating=Form() if seating is None else seating,
        moving=Form() if moving is None else moving,
        marking=Form() if marking is None else marking,
    )


def _shown(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in CORRECTED}
