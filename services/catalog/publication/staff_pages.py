"""`/catalog/staff/…`: an entry's own page; publishing and withdrawing it."""

from flask import Response, request

from services.catalog.entries import domain as entries
from services.catalog.entries import visibility
from services.catalog.entries.urls import COLLECTION, KIND_BY_COLLECTION
from services.catalog.entry_forms.choices import ZONES
from services.catalog.history.differences import describe
from services.catalog.history.queries import select_history
from services.catalog.publication import domain, queries, schemas
from services.catalog.publishing.audit import record_outcome
from services.catalog.publishing.queries import lock_catalog
from services.catalog.recordings.queries import select_recording
from services.catalog.staff_layout.staff_rendering import redirect_to_entry, respond
from shared.errors import Conflict
from shared.http import forms
from shared.http.forms import Form
from shared.http.pages import Pages
from shared.runtime import connection, transaction

HISTORY = 50
pages = Pages("publication", url_prefix="/catalog/staff")


@pages.get(f"/{COLLECTION}/<slug>")
@pages.staff(visibility.SCOPE)
def show_entry(collection: str, slug: str) -> Response:
    """Show an entry: its state, the available actions, and its history."""
    return render_entry(KIND_BY_COLLECTION[collection], slug, Form())


def render_entry(kind: str, slug: str, form: Form, *, status: int = 200) -> Response:
    """Return the page of an entry, with the form to schedule its publication."""
    with connection() as conn:
        entry = entries.find_entry(conn, kind, slug)
        history = select_history(conn, entry.id, limit=HISTORY)
        return respond(
            "staff/thing.html",
            conn,
            status=status,
            entry=entry,
            form=form,
            recording=select_recording(conn, entry.id) if kind == "session" else None,
            history=[one | {"changes": describe(one["changes"] or {})} for one in history],
            zones_known=ZONES,
        )


STALE = "Somebody changed it since you looked. Please look at it again before you withdraw it."


@pages.form(f"/{COLLECTION}/<slug>/publish")
@pages.staff(visibility.SCOPE)
def publish(collection: str, slug: str) -> Response:
    """Publish an entry, now or at the given time."""
    kind = KIND_BY_COLLECTION[collection]
    later = request.form.get("step") == "later"
    when, form = forms.parse_form(schemas.PublicationSchema()) if later else ({"at": None}, forms.Form())
    if form and later and not form.text("publish_at"):
        form.add_errors({"publish_at": "Please say when."})
    if not form:
        return render_entry(kind, slug, form, status=422)
    try:
        with transaction() as conn:
            lock_catalog(conn)
            record_outcome(conn, f"{kind}.publish", domain.publish(conn, entries.find_entry(conn, kind, slug), **when))
            state = entries.find_entry(conn, kind, slug).state
    except Conflict as error:
        return render_entry(kind, slug, form.add_errors({"publish": error.detail}), status=error.status)
    return redirect_to_entry(kind, slug, "planned" if state == "scheduled" else "published")


@pages.form(f"/{COLLECTION}/<slug>/keep-draft")
@pages.staff(visibility.SCOPE)
def keep_draft(collection: str, slug: str) -> Response:
    """Cancel the scheduled publication."""
    kind = KIND_BY_COLLECTION[collection]
    with transaction() as conn:
        lock_catalog(conn)
        record_outcome(conn, f"{kind}.keep-draft", domain.keep_draft(conn, entries.find_entry(conn, kind, slug)))
    return redirect_to_entry(kind, slug, "kept")


@pages.get(f"/{COLLECTION}/<slug>/withdraw")
@pages.staff(visibility.SCOPE)
def ask_to_withdraw(collection: str, slug: str) -> Response:
    """Ask for confirmation before a withdrawal."""
    return _show_question(KIND_BY_COLLECTION[collection], slug)


@pages.form(f"/{COLLECTION}/<slug>/withdraw")
@pages.staff(visibility.SCOPE)
def withdraw(collection: str, slug: str) -> Response:
    """Withdraw an entry, with its parts if confirmed; discard a draft."""
    kind = KIND_BY_COLLECTION[collection]
    try:
        with transaction() as conn:
            lock_catalog(conn)
            entry = entries.find_entry(conn, kind, slug)
            if entry.state == "withdrawn":  # double submit
                return redirect_to_entry(kind, slug, "withdrawn")
            if request.form.get("version") != str(entry.changed_in):
                raise Conflict(STALE)
            record_outcome(
                conn, f"{kind}.withdraw", domain.withdraw(conn, entry, with_parts="with_parts" in request.form)
            )
    except Conflict as error:
        return _show_question(kind, slug, refusal=error.detail, status=error.status)
    return redirect_to_entry(kind, slug, "withdrawn")


def _show_question(kind: str, slug: str, *, refusal: str = "", status: int = 200) -> Response:
    with connection() as conn:
        entry = entries.find_entry(conn, kind, slug)
        parts = len(queries.select_public_parts(conn, entry.id)) if kind == "initiative" else 0
        return respond("staff/withdraw.html", conn, status=status, entry=entry, parts=parts, refusal=refusal)
