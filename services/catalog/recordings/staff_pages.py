"""`/catalog/staff/sessions/…/recording`: where a session's recording can be watched."""

from flask import Response, request

from services.catalog.dates.durations import write_duration
from services.catalog.entries import visibility
from services.catalog.entries.domain import find_entry
from services.catalog.entry_forms.session_forms import act, show_form
from services.catalog.recordings import domain
from services.catalog.recordings.queries import RecordingRow, select_recording
from services.catalog.sessions import document_part
from shared.http import forms
from shared.http.forms import Form
from shared.http.pages import Pages
from shared.runtime import connection

TEMPLATE = "staff/recording.html"
pages = Pages("recording-desk", url_prefix="/catalog/staff/sessions")


@pages.get("/<slug>/recording")
@pages.staff(visibility.SCOPE)
def show_recording(slug: str) -> Response:
    """Show the form with the published recording, if there is one."""
    published = _find(slug)
    values = {**vars(published), "duration": write_duration(published.duration_seconds)} if published else {}
    return show_form(TEMPLATE, slug, Form.of(values), recorded=published is not None)


@pages.form("/<slug>/recording")
@pages.staff(visibility.SCOPE)
def publish_recording(slug: str) -> Response:
    """Publish or change the recording."""
    recording, form = forms.parse_form(document_part.RecordingInputSchema())
    recorded = _find(slug) is not None
    if not form:
        refused = Form(request.form, form.errors)
        return show_form(TEMPLATE, slug, refused, status=422, recorded=recorded)
    return act(
        TEMPLATE, slug, form, "recording", lambda conn: domain.publish(conn, slug, **recording), recorded=recorded
    )


@pages.form("/<slug>/recording/withdraw")
@pages.staff(visibility.SCOPE)
def withdraw_recording(slug: str) -> Response:
    """Withdraw the recording."""
    recorded = _find(slug) is not None
    return act(
        TEMPLATE, slug, Form(), "withdraw-recording", lambda conn: domain.withdraw(conn, slug), recorded=recorded
    )


def _find(slug: str) -> RecordingRow | None:
    with connection() as conn:
        return select_recording(conn, find_entry(conn, "session", slug).id)
