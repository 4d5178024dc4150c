"""`/catalog/staff/sessions/…`: a session's time, registration and cancellation."""

from flask import Response, request

from services.catalog.entries import domain as entries
from services.catalog.entries import visibility
from services.catalog.entry_forms import part_forms
from services.catalog.entry_forms.session_forms import act, show_form
from services.catalog.scheduling import domain, schemas
from shared.http import forms
from shared.http.forms import Form
from shared.http.pages import Pages
from shared.runtime import connection

WHEN = ("starts_at", "ends_at", "timezone", "edtf")
pages = Pages("session-desk", url_prefix="/catalog/staff/sessions")


@pages.get("/<slug>/time")
@pages.staff(visibility.SCOPE)
def show_time(slug: str) -> Response:
    """Show the form for the session's time."""
    with connection() as conn:
        document = part_forms.standing(conn, entries.find_entry(conn, "session", slug))
    return show_form("staff/time.html", slug, Form.of({name: document.get(name) for name in WHEN}))


@pages.form("/<slug>/time")
@pages.staff(visibility.SCOPE)
def reschedule(slug: str) -> Response:
    """Change the time, or set an uncertain date."""
    when, form = forms.parse_form(schemas.RescheduleSchema())
    if not form:
        return show_form("staff/time.html", slug, Form(request.form, form.errors), status=422)
    return act("staff/time.html", slug, form, "reschedule", lambda conn: domain.reschedule(conn, slug, **when))


@pages.form("/<slug>/open-registration")
@pages.staff(visibility.SCOPE)
def open_registration(slug: str) -> Response:
    """Open registration to everybody."""
    return act("staff/cancel.html", slug, Form(), "open-registration", lambda c: domain.open_registration(c, slug))


@pages.form("/<slug>/close-registration")
@pages.staff(visibility.SCOPE)
def close_registration(slug: str) -> Response:
    """Close registration."""
    return act("staff/cancel.html", slug, Form(), "close-registration", lambda c: domain.close_registration(c, slug))


@pages.get("/<slug>/cancel")
@pages.staff(visibility.SCOPE)
def ask_to_cancel(slug: str) -> Response:
    """Ask for confirmation before a cancellation."""
    return show_form("staff/cancel.html", slug, Form())


@pages.form("/<slug>/cancel")
@pages.staff(visibility.SCOPE)
def cancel(slug: str) -> Response:
    """Cancel the session."""
    return act("staff/cancel.html", slug, Form(), "cancel", lambda conn: domain.cancel(conn, slug))
