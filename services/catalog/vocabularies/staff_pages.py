"""`/catalog/staff/vocabularies`: the terms that entries are described by."""

from collections.abc import Callable

from flask import Response, request
from psycopg import Connection

from services.catalog.entries import visibility
from services.catalog.publishing.audit import record_outcome
from services.catalog.publishing.domain import Outcome
from services.catalog.staff_layout.staff_rendering import respond
from services.catalog.vocabularies import domain, queries, schemas
from shared.errors import Conflict
from shared.http import forms
from shared.http.forms import Form
from shared.http.pages import Pages
from shared.http.responses import see_other
from shared.runtime import connection, transaction

HERE = "/catalog/staff/vocabularies"
pages = Pages("vocabularies-desk", url_prefix=HERE)


@pages.get("")
@pages.staff(visibility.SCOPE)
def list_vocabularies() -> Response:
    """List all vocabularies with their terms."""
    return _show(Form())


@pages.form("/<name>/terms")
@pages.staff(visibility.SCOPE)
def add_term(name: str) -> Response:
    """Add a term; it is public immediately."""
    term, form = forms.parse_form(schemas.TermPartSchema())
    if not form:
        return _show(form, name=name, status=422)
    return _change(form, name, "add-term", lambda conn: domain.add_term(conn, name, term))


@pages.form("/<name>/terms/<slug>")
@pages.staff(visibility.SCOPE)
def change_term(name: str, slug: str) -> Response:
    """Change a term's label, or delete it."""
    if request.form.get("step") == "remove":
        return _change(Form(), name, "remove-term", lambda conn: domain.remove_term(conn, name, slug))
    term, form = forms.parse_form(schemas.TermLabelSchema())
    if not form:
        return _show(form, name=name, slug=slug, status=422)
    return _change(
        form,
        name,
        "rename-term",
        lambda conn: domain.rename_term(conn, name, slug, label=term["label"]),
        slug=slug,
    )


def _change(form: Form, name: str, action: str, change: Callable[[Connection], Outcome], *, slug: str = "") -> Response:
    try:
        with transaction() as conn:
            record_outcome(conn, f"vocabulary.{action}", change(conn))
    except Conflict as error:
        return _show(form.add_errors({"slug": error.detail}), name=name, slug=slug, status=error.status)
    return see_other(f"{HERE}?done=term#{name}")


def _show(form: Form, *, name: str = "", slug: str = "", status: int = 200) -> Response:
    """Show all vocabularies; `form` is that of one vocabulary or term."""
    with connection() as conn:
        found = queries.select_vocabularies(conn)
        return respond(
            "staff/vocabularies.html", conn, status=status, vocabularies=found, form=form, name=name, slug=slug
        )
