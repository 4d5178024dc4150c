"""The staff forms that act on one session: time, registration, cancellation, recording."""

from collections.abc import Callable
from typing import Any

from flask import Response
from psycopg import Connection

from services.catalog.dates.edtf_dates import label_typed_date
from services.catalog.entries.domain import find_entry
from services.catalog.entry_forms.choices import ZONES
from services.catalog.publishing.audit import record_outcome
from services.catalog.publishing.domain import Outcome
from services.catalog.staff_layout.staff_rendering import redirect_to_entry, respond
from shared.errors import Conflict
from shared.http.forms import Form
from shared.runtime import connection, transaction

# Action → the notice that the session's page shows afterwards.
DONE = {
    "reschedule": "rescheduled",
    "cancel": "cancelled",
    "open-registration": "opened",
    "close-registration": "closed",
    "recording": "recording",
    "withdraw-recording": "no-recording",
}


def act(
    template: str, slug: str, form: Form, action: str, act: Callable[[Connection], Outcome], **values: Any
) -> Response:
    """Run the action, audit it and go to the session's page; on a Conflict show the form again."""
    try:
        with transaction() as conn:
            record_outcome(conn, f"session.{action}", act(conn))
    except Conflict as error:
        return show_form(template, slug, form.add_errors({"part": error.detail}), status=error.status, **values)
    return redirect_to_entry("session", slug, DONE[action])


def show_form(template: str, slug: str, form: Form, *, status: int = 200, **values: Any) -> Response:
    """Return the page with the form; `values` are what its template needs besides."""
    with connection() as conn:
        return respond(
            template,
            conn,
            status=status,
            entry=find_entry(conn, "session", slug),
            form=form,
            zones_known=ZONES,
            say_date=label_typed_date,
            **values,
        )
