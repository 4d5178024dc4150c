"""`/catalog/staff/…/publish` and `…/withdraw`: when a thing is public, decided with a button."""

from flask import Response, request

from services.catalog import reading
from services.catalog.auditing import record
from services.catalog.desk.pages import ANY, KINDS, render_thing
from services.catalog.desk.rendering import lead_to, respond
from services.catalog.editing import domain, queries, schemas
from services.catalog.publishing.queries import lock_catalog
from shared.errors import Conflict
from shared.http import forms
from shared.http.pages import Pages
from shared.runtime import connection, transaction

STALE = "Somebody changed it since you looked. Please look at it again before you withdraw it."

pages = Pages("publication", url_prefix="/catalog/staff")


@pages.form(f"/{ANY}/<slug>/publish")
@pages.staff(reading.SCOPE)
def publish(collection: str, slug: str) -> Response:
    """Make a thing public, now or at the moment that was given."""
    kind = KINDS[collection]
    later = request.form.get("step") == "later"
    when, form = forms.parse_form(schemas.PublicationSchema()) if later else ({"at": None}, forms.Form())
    if form and later and not form.text("publish_at"):
        form.add_errors({"publish_at": "Please say when."})
    if not form:
        return render_thing(kind, slug, form, status=422)
    try:
        with transaction() as conn:
            lock_catalog(conn)
            record(conn, f"{kind}.publish", domain.publish(conn, domain.find(conn, kind, slug), **when))
            state = domain.find(conn, kind, slug).state
    except Conflict as error:
        return render_thing(kind, slug, form.add_errors({"publish": error.detail}), status=error.status)
    return lead_to(kind, slug, "planned" if state == "scheduled" else "published")


@pages.form(f"/{ANY}/<slug>/keep-draft")
@pages.staff(reading.SCOPE)
def keep_draft(collection: str, slug: str) -> Response:
    """Forget the moment at which it would become public."""
    kind = KINDS[collection]
    with transaction() as conn:
        lock_catalog(conn)
        record(conn, f"{kind}.keep-draft", domain.keep_draft(conn, domain.find(conn, kind, slug)))
    return lead_to(kind, slug, "kept")


@pages.get(f"/{ANY}/<slug>/withdraw")
@pages.staff(reading.SCOPE)
def ask_to_withdraw(collection: str, slug: str) -> Response:
    """What a withdrawal means, before it is done."""
    return _show_question(KINDS[collection], slug)


@pages.form(f"/{ANY}/<slug>/withdraw")
@pages.staff(reading.SCOPE)
def withdraw(collection: str, slug: str) -> Response:
    """Take a thing from the public, with its parts where that was said; give a draft up."""
    kind = KINDS[collection]
    try:
        with transaction() as conn:
            lock_catalog(conn)
            entry = domain.find(conn, kind, slug)
            if entry.state == "withdrawn":  # it was sent twice
                return lead_to(kind, slug, "withdrawn")
            if request.form.get("version") != str(entry.changed_in):
                raise Conflict(STALE)
            record(conn, f"{kind}.withdraw", domain.withdraw(conn, entry, with_parts="with_parts" in request.form))
    except Conflict as error:
        return _show_question(kind, slug, refusal=error.detail, status=error.status)
    return lead_to(kind, slug, "withdrawn")


def _show_question(kind: str, slug: str, *, refusal: str = "", status: int = 200) -> Response:
    with connection() as conn:
        entry = domain.find(conn, kind, slug)
        parts = len(queries.select_public_parts(conn, entry.id)) if kind == "initiative" else 0
        return respond("staff/withdraw.html", conn, status=status, entry=entry, parts=parts, refusal=refusal)
