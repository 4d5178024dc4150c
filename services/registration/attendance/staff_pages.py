"""Attendance as pages: the door of a workshop on a phone, and a platform's report looked at before it is applied."""

from contextlib import suppress
from typing import Any

from flask import Response, request
from psycopg import Connection

from services.registration.attendance import attendance_commands, domain, report_application
from services.registration.attendance.domain import Arrival
from services.registration.attendance.report_application import Applied
from services.registration.attendance.schemas import AttendanceQuery
from services.registration.attendance_reports.report_lines import to_text
from services.registration.attendance_reports.report_reader import read_report
from services.registration.attendance_reports.report_rows import Report
from services.registration.catalog_projection import domain as projection
from services.registration.seats.check_in_codes import LENGTH, fold_code
from shared.errors import DomainError, Invalid, NotFound
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, respond
from shared.http.responses import see_other
from shared.runtime import connection, rolled_back_transaction, transaction

pages = Pages("attendance-desk", url_prefix="/registration/staff/sessions/<slug>")

WRITE = "registration:write"


@pages.get("/door")
@pages.staff(WRITE)
def show_door(slug: str) -> Response:
    """One field for a code or a name."""
    return _show_door(slug)


@pages.form("/door")
@pages.staff(WRITE)
def let_in(slug: str) -> Response:
    """Let somebody in by code or name; where several have that name, one of them is chosen by a button."""
    form = Form.sent()
    sought = " ".join(form.text("who").split())[:200]
    if not sought:
        return _show_door(slug, said="Type a code or a name.")
    try:
        with transaction() as conn:
            arrival = _check_in(conn, slug, sought)
    except DomainError as error:
        return _show_door(slug, said=error.detail, sought=sought, status=error.status)
    return _show_door(slug, arrival=arrival, sought="" if arrival.who else sought)


@pages.get("/attendance")
@pages.staff(WRITE)
def show_upload(slug: str) -> Response:
    """Choose the report of a platform."""
    return _show_upload(slug, Form.of({"minimum_minutes": 20}))


@pages.form("/attendance")
@pages.staff(WRITE)
def upload(slug: str) -> Response:
    """Tell what a report would do; do it, once that was looked at. What was looked at is what the form then brings."""
    wanted, form = parse_form(AttendanceQuery())
    file = request.files.get("file")
    text, sure = form.text("report"), form.text("sure") == "true"
    try:
        if file and file.filename:
            text, sure = to_text(file.read()), False
        with connection() as conn:
            window = report_application.find_window(conn, slug)
        report = read_report(text.encode(), window, timezone=form.text("timezone") or None)
        if form and sure:
            with transaction() as conn:
                attendance_commands.apply(conn, slug, report, least_minutes=wanted["minimum_minutes"])
            return see_other(f"/registration/staff/sessions/{slug}?attended=true")
        if form:
            return _show_upload(slug, form, found=_look(slug, report, wanted["minimum_minutes"]), text=text)
    except Invalid as error:
        form.add_errors({"file": [m for messages in error.errors.values() for m in messages]})
    except DomainError as error:
        form.add_errors({"file": [error.detail]})
    return _show_upload(slug, form, status=422, text=text)


def _check_in(conn: Connection, slug: str, sought: str) -> Arrival:
    """By what looks like a code where somebody has it, else by name."""
    if len(fold_code(sought)) == LENGTH:
        with suppress(NotFound):
            return attendance_commands.check_in(conn, slug, code=sought, name=None)
    return attendance_commands.check_in(conn, slug, code=None, name=sought)


def _look(slug: str, report: Report, least_minutes: int) -> Applied:
    """What it would do."""
    with rolled_back_transaction() as conn:
        return attendance_commands.apply(conn, slug, report, least_minutes=least_minutes)


def _show_door(slug: str, *, status: int = 200, **said: Any) -> Response:
    with connection() as conn:
        session = projection.find_session(conn, slug)
        seats = domain.describe_seats(conn, session)
    given = {"said": "", "arrival": None, "sought": "", **said}
    return respond("staff/door.html", status=status, session=session, seats=seats, **given)


def _show_upload(slug: str, form: Form, *, status: int = 200, found: Applied | None = None, text: str = "") -> Response:
    with connection() as conn:
        session = projection.find_session(conn, slug)
    known = {"session": session, "form": form, "found": found, "text": text}
    return respond("staff/attendance.html", status=status, **known)
