"""What staff record of attendance, each with its line in the audit log."""

from uuid import UUID

from psycopg import Connection

from services.registration.attendance import domain, report_application
from services.registration.attendance.domain import Arrival
from services.registration.attendance.report_application import Applied
from services.registration.attendance_reports.report_rows import Report
from shared.http.audit_api import record_staff_action


def apply(conn: Connection, slug: str, report: Report, *, least_minutes: int) -> Applied:
    """Record who was there by a platform's report. Raises what applying it raises."""
    applied = report_application.apply_report(conn, slug, report, least_minutes=least_minutes)
    record_staff_action(conn, "attendance.apply", slug, {"matched": applied.matched, "changed": applied.changed})
    return applied


def check_in(conn: Connection, slug: str, *, code: str | None, name: str | None) -> Arrival:
    """Let somebody in at the door. Raises what checking in raises."""
    arrival = domain.check_in(conn, slug, code=code, name=name)
    if arrival.who and not arrival.again:
        record_staff_action(conn, "attendance.check-in", arrival.who.registration_id)
    return arrival


def mark(conn: Connection, id: UUID, *, attended: bool, minutes: int | None) -> None:
    """Record by hand whether somebody was there. Raises what marking raises."""
    domain.mark(conn, id, attended=attended, minutes=minutes)
    record_staff_action(conn, "attendance.mark", id, {"attended": attended, "minutes": minutes})
