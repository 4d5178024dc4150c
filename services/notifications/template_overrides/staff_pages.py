"""The templates of mails as pages: how each reads, and how staff word it otherwise."""

from typing import Any

from flask import Response
from psycopg import Connection

from services.notifications.messages.kinds import SINGLE
from services.notifications.rendering.sample_mails import sample_values
from services.notifications.rendering.templates import Texts, read_source, render_texts
from services.notifications.template_overrides import domain, queries
from services.notifications.template_overrides.audit_log import record
from services.notifications.template_overrides.queries import TemplateOverride
from services.notifications.template_overrides.schemas import TemplateSourceSchema
from shared.errors import Invalid
from shared.http.forms import Form, parse_form
from shared.http.pages import Pages, respond
from shared.http.responses import see_other
from shared.runtime import connection, settings, transaction

HOME = "/notifications/staff/templates"
pages = Pages("templates-desk", url_prefix=HOME)

STALE = "Somebody else has worded it otherwise meanwhile. What you typed is still here; theirs is what stands now."


@pages.get("")
@pages.staff("notifications:read")
def list_templates() -> Response:
    """Every kind of mail, and which of them staff word."""
    with connection() as conn:
        by_kind = {override.kind: override for override in queries.select_overrides(conn)}
    return respond("staff/templates.html", kinds=sorted(SINGLE), by_kind=by_kind)


@pages.get("/<kind>")
@pages.staff("notifications:read")
def show_template(kind: str) -> Response:
    """How it reads with sample data, and its source."""
    with connection() as conn:
        override = domain.find(conn, kind)
    source = override.source if override else read_source(kind)
    return _show(kind, override, Form.of({"source": source}), _sample(kind, override))


@pages.form("/<kind>/preview")
@pages.staff("notifications:read")
def preview(kind: str) -> Response:
    """How it would read."""
    wanted, form = parse_form(TemplateSourceSchema())
    with connection() as conn:
        override = domain.find(conn, kind)
    texts = None
    try:
        texts = domain.preview(kind, wanted["source"], settings()) if form else None
    except Invalid as error:
        form.add_errors(error.errors)
    return _show(kind, override, form, texts, status=200 if form else 422)


@pages.form("/<kind>")
@pages.staff("notifications:write")
def replace(kind: str) -> Response:
    """Word it so from now on, where nobody else has worded it meanwhile."""
    wanted, form = parse_form(TemplateSourceSchema())
    with transaction() as conn:
        before = domain.lock(conn, kind)
        if form.text("was") != _version(before):
            form.add_errors({"source": [STALE]})
        try:
            if form:
                domain.replace(conn, kind, wanted["source"], settings())
                record(conn, "template.replace", kind, before, wanted["source"])
                return see_other(f"{HOME}/{kind}")
        except Invalid as error:
            form.add_errors(error.errors)
        return _show(kind, before, form, None, status=422)


@pages.form("/<kind>/remove")
@pages.staff("notifications:write")
def remove(kind: str) -> Response:
    """Word it as it is built in again."""
    with transaction() as conn:
        before = domain.lock(conn, kind)
        _remove(conn, kind, before)
    return see_other(f"{HOME}/{kind}")


def _remove(conn: Connection, kind: str, before: TemplateOverride | None) -> None:
    if queries.delete_override(conn, kind):
        record(conn, "template.remove", kind, before, None)


def _show(
    kind: str, override: TemplateOverride | None, form: Form, texts: Texts | None, *, status: int = 200
) -> Response:
    values: Any = sorted(sample_values(kind, settings()))
    return respond(
        "staff/template.html",
        status=status,
        kind=kind,
        override=override,
        form=form,
        texts=texts,
        values=values,
        was=_version(override),
    )


def _sample(kind: str, override: TemplateOverride | None) -> Texts | None:
    if override is None:
        return render_texts(kind, sample_values(kind, settings()))
    try:
        return domain.preview(kind, override.source, settings())
    except Invalid:  # it fails; which is shown beside it
        return None


def _version(override: TemplateOverride | None) -> str:
    return override.since.isoformat() if override else ""
