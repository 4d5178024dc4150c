"""Templates by staff, with a preview of each."""

from typing import Any

from flask import Response
from psycopg import Connection

from services.notifications.messages.kinds import SINGLE
from services.notifications.rendering.sample_mails import sample_values
from services.notifications.rendering.schemas import RenderedSchema
from services.notifications.rendering.templates import Texts, read_source, render_texts
from services.notifications.template_overrides import domain, queries
from services.notifications.template_overrides.audit_log import record
from services.notifications.template_overrides.queries import TemplateOverride
from services.notifications.template_overrides.schemas import (
    PreviewSchema,
    TemplateSchema,
    TemplateSourceSchema,
    TemplatesSchema,
)
from shared.http import Blueprint, conditional
from shared.http.responses import etag_for, json_response
from shared.runtime import connection, settings, transaction

staff = Blueprint("templates", __name__, url_prefix="/notifications/v1/templates", description="How mails are worded")


@staff.get("")
@staff.staff("notifications:read")
@staff.response(200, TemplatesSchema)
def list_templates() -> Response:
    """Every kind of mail: whether staff word it, and whether their template works."""
    with connection() as conn:
        by_kind = {override.kind: override for override in queries.select_overrides(conn)}
    return json_response(
        TemplatesSchema().dump({"items": [_summary(kind, by_kind.get(kind)) for kind in sorted(SINGLE)]})
    )


@staff.get("/<kind>")
@staff.staff("notifications:read")
@staff.response(200, TemplateSchema)
def show_template(kind: str) -> Response:
    """The built-in template of a kind, the staff's if there is one, and what either may name."""
    with connection() as conn:
        return json_response(_document(kind, domain.find(conn, kind)))


@staff.put("/<kind>")
@staff.staff("notifications:write")
@staff.arguments(TemplateSourceSchema)
@staff.response(200, TemplateSchema)
def replace_template(wanted: dict[str, Any], kind: str) -> Response:
    """Word a kind of mail otherwise, from the version that `If-Match` names; mails that wait are worded so too."""
    with transaction() as conn:
        before = _lock_matched(conn, kind)
        domain.replace(conn, kind, wanted["source"], settings())
        record(conn, "template.replace", kind, before, wanted["source"])
        after = domain.find(conn, kind)
    return json_response(_document(kind, after))


@staff.delete("/<kind>")
@staff.staff("notifications:write")
@staff.response(204)
def remove_template(kind: str) -> None:
    """Word a kind of mail as it is built in again, from the version that `If-Match` names."""
    with transaction() as conn:
        before = _lock_matched(conn, kind)
        if queries.delete_override(conn, kind):
            record(conn, "template.remove", kind, before, None)


@staff.post("/<kind>/preview")
@staff.staff("notifications:read")
@staff.arguments(PreviewSchema)
@staff.response(200, RenderedSchema)
def preview_template(wanted: dict[str, Any], kind: str) -> Texts:
    """How a mail reads with sample data; 422 names what is wrong with its template, and in which line."""
    with connection() as conn:
        standing = domain.find(conn, kind)
    source = wanted["source"] or (standing and standing.source)
    if source is None:
        return render_texts(kind, sample_values(kind, settings()))
    return domain.preview(kind, source, settings())


def _lock_matched(conn: Connection, kind: str) -> TemplateOverride | None:
    """The template, locked, if `If-Match` names it. Raises NotFound, PreconditionRequired or PreconditionFailed."""
    before = domain.lock(conn, kind)
    conditional.require_match(etag_for(_document(kind, before)))
    return before


def _document(kind: str, override: TemplateOverride | None) -> Any:
    source = override.source if override else None
    values = sorted(sample_values(kind, settings()))
    return TemplateSchema().dump(
        {**_summary(kind, override), "built_in": read_source(kind), "source": source, "values": values}
    )


def _summary(kind: str, override: TemplateOverride | None) -> dict[str, Any]:
    told = {name: getattr(override, name, None) for name in ("since", "broken_since", "broken")}
    return {"kind": kind, "overridden": override is not None, **told}
