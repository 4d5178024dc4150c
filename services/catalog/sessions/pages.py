"""`/catalog/staff/sessions/…`: a session's time, its registration, its recording, and that it is cancelled."""

from collections.abc import Callable

from flask import Response, request
from psycopg import Connection

from services.catalog import reading
from services.catalog.auditing import record
from services.catalog.dates.durations import write_duration
from services.catalog.desk.rendering import lead_to, respond
from services.catalog.editing import domain as editing
from services.catalog.editing import parts
from services.catalog.editing.choices import ZONES
from services.catalog.editing.pages import say_date
from services.catalog.publishing.domain import Outcome
from services.catalog.recordings import domain as recordings
from services.catalog.recordings.queries import select_recording
from services.catalog.sessions import domain, schemas
from shared.errors import Conflict
from shared.http import forms
from shared.http.forms import Form
from shared.http.pages import Pages
from shared.runtime import connection, transaction

WHEN = ("starts_at", "ends_at", "timezone", "edtf")

pages = Pages("session-desk", url_prefix="/catalog/staff/sessions")


@pages.get("/<slug>/time")
@pages.staff(reading.SCOPE)
def show_time(slug: str) -> Response:
    """When it is, to be changed."""
    with connection() as conn:
        document = parts.standing(conn, editing.find(conn, "session", slug))
    return _show("staff/time.html", slug, Form.of({name: document.get(name) for name in WHEN}))


@pages.form("/<slug>/time")
@pages.staff(reading.SCOPE)
def reschedule(slug: str) -> Response:
    """Give it another time, or an uncertain date."""
    when, form = forms.parse_form(schemas.RescheduleSchema())
    if not form:
        return _show("staff/time.html", slug, parts.add_errors(Form(request.form), form.errors), status=422)
    return _act("staff/time.html", slug, form, "reschedule", lambda conn: domain.reschedule(conn, slug, **when))


@pages.form("/<slug>/open-registration")
@pages.staff(reading.SCOPE)
def open_registration(slug: str) -> Response:
    """Let everybody register."""
    return _act("staff/cancel.html", slug, Form(), "open-registration", lambda c: domain.open_registration(c, slug))


@pages.form("/<slug>/close-registration")
@pages.staff(reading.SCOPE)
def close_registration(slug: str) -> Response:
    """Let nobody register any more."""
    return _act("staff/cancel.html", slug, Form(), "close-registration", lambda c: domain.close_registration(c, slug))


@pages.get("/<slug>/cancel")
@pages.staff(reading.SCOPE)
def ask_to_cancel(slug: str) -> Response:
    """What a cancellation means, before it is done."""
    return _show("staff/cancel.html", slug, Form())


@pages.form("/<slug>/cancel")
@pages.staff(reading.SCOPE)
def cancel(slug: str) -> Response:
    """Say that it will not take place."""
    return _act("staff/cancel.html", slug, Form(), "cancel", lambda conn: domain.cancel(conn, slug))


@pages.get("/<slug>/recording")
@pages.staff(reading.SCOPE)
def show_recording(slug: str) -> Response:
    """Where it can be watched, to be said or changed."""
    with connection() as conn:
        standing = select_recording(conn, editing.find(conn, "session", slug).id)
    told = {**vars(standing), "duration": write_duration(standing.duration_seconds)} if standing else {}
    return _show("staff/recording.html", slug, Form.of(told))


@pages.form("/<slug>/recording")
@pages.staff(reading.SCOPE)
def publish_recording(slug: str) -> Response:
    """Say where it can be watched."""
    recording, form = forms.parse_form(schemas.RecordingInputSchema())
    if not form:
        return _show("staff/recording.html", slug, parts.add_errors(Form(request.form), form.errors), status=422)
    return _act(
        "staff/recording.html", slug, form, "recording", lambda conn: recordings.publish(conn, slug, **recording)
    )


@pages.form("/<slug>/recording/withdraw")
@pages.staff(reading.SCOPE)
def withdraw_recording(slug: str) -> Response:
    """Say that it cannot be watched any more."""
    return _act(
        "staff/recording.html", slug, Form(), "withdraw-recording", lambda conn: recordings.withdraw(conn, slug)
    )


DONE = {
    "reschedule": "rescheduled",
    "cancel": "cancelled",
    "open-registration": "opened",
    "close-registration": "closed",
    "recording": "recording",
    "withdraw-recording": "no-recording",
}


def _act(template: str, slug: str, form: Form, action: str, act: Callable[[Connection], Outcome]) -> Response:
    try:
        with transaction() as conn:
            record(conn, f"session.{action}", act(conn))
    except Conflict as error:
        return _show(template, slug, form.add_errors({"part": error.detail}), status=error.status)
    return lead_to("session", slug, DONE[action])


def _show(template: str, slug: str, form: Form, *, status: int = 200) -> Response:
    with connection() as conn:
        entry = editing.find(conn, "session", slug)
        recorded = select_recording(conn, entry.id) is not None
        return respond(
            template,
            conn,
            status=status,
            entry=entry,
            form=form,
            recorded=recorded,
            zones_known=ZONES,
            say_date=say_date,
        )
