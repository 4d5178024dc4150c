"""Converting between parts of program documents and HTML forms."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import marshmallow as ma
from psycopg import Connection
from werkzeug.datastructures import MultiDict

from services.catalog.dates import edtf_dates as dates
from services.catalog.entries.queries import Entry
from services.catalog.entry_forms import form_layout
from services.catalog.exports.domain import export_part
from services.catalog.initiatives import schemas as initiatives
from services.catalog.organizations import schemas as organizations
from services.catalog.program_documents import single_parts
from shared.errors import messages_by_path
from shared.http import forms
from shared.http.forms import Form
from shared.http.page_messages import word_for_pages
from shared.slugs import make_slug

Document = dict[str, Any]
LONGEST_SLUG = 100
CREATIONS: dict[str, type[ma.Schema]] = {
    "organization": organizations.OrganizationPartSchema,
    "initiative": initiatives.InitiativePartSchema,
    "series": single_parts.SeriesCreationSchema,
    "session": single_parts.SessionCreationSchema,
    "announcement": single_parts.AnnouncementCreationSchema,
}
REPLACEMENTS: dict[str, type[ma.Schema]] = {
    "organization": single_parts.OrganizationReplacementSchema,
    "initiative": single_parts.InitiativeReplacementSchema,
    "series": single_parts.SeriesReplacementSchema,
    "session": single_parts.SessionReplacementSchema,
    "announcement": single_parts.AnnouncementReplacementSchema,
}


def standing(conn: Connection, entry: Entry) -> Document:
    """Return an entry as the document that its form shows, with local times in its zone."""
    document = export_part(conn, entry)
    zone = document.get("timezone")
    for holder, name in ((document, "starts_at"), (document, "ends_at"), (document, "published_at")):
        holder |= {name: _local(holder[name], zone)} if holder.get(name) else {}
    if window := document.get("registration"):
        local = {name: _local(window[name], zone) if window.get(name) else None for name in ("opens_at", "closes_at")}
        document["registration"] = window | local
    return document


def sent(schema: ma.Schema, values: MultiDict[str, str]) -> Document:
    """Return a submitted form as the document that the API would receive; an empty slug is made from the name."""
    document = _settle(schema, forms.nest(schema, values))
    name = document.get("title") or document.get("name") or ""
    if schema.fields["slug"].required and (slug := make_slug(name, longest=LONGEST_SLUG)):
        document.setdefault("slug", slug)
    return document


def keep_order(kind: str, document: Document, former: Document) -> Document:
    """Keep the previous order of checkbox values; browsers send them in page order."""
    for field in form_layout.fields_of(kind):
        holder, name = _find(document, field.name)
        before, given = _find(former, field.name), holder.get(name)
        if field.input == "checks" and isinstance(given, list):
            known = {one: place for place, one in enumerate(before[0].get(before[1]) or ())}
            holder[name] = sorted(given, key=lambda one: known.get(one, len(known)))
    return document


def form_of(kind: str, document: Mapping[str, Any]) -> Form:
    """Return the form that shows a document."""
    form = Form.of(document)
    for field in form_layout.fields_of(kind):
        if field.sent != field.name:
            form.values.setlist(field.sent, form.values.poplist(field.name))
    return form


def load(kind: str, schema: ma.Schema, document: Document) -> tuple[Any, Form]:
    """Return the part that a document describes, and the form to show again; no part if it is invalid."""
    form = form_of(kind, document)
    try:
        return word_for_pages(schema).load(document), form
    except ma.ValidationError as error:
        return None, form.add_errors(messages_by_path(error.normalized_messages()))


def _find(document: Document, path: str) -> tuple[Document, str]:
    """Return the mapping that a path ends in, and the name there; an empty mapping if there is none."""
    *above, name = path.split(".")
    for step in above:
        document = document.get(step) or {}
    return document, name


def _local(text: str, zone: str | None) -> str:
    """Return the time in its zone, with its offset only if the local time is ambiguous."""
    moment = datetime.fromisoformat(text)
    if zone is None:
        return text
    local = dates.resolve(moment, zone).replace(tzinfo=None)
    try:
        dates.resolve(local, zone)
    except ValueError:
        return text
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _settle(schema: ma.Schema, document: Document) -> Document:
    """Convert numeric texts to numbers, and optional parts without any value to None."""
    for name, field in schema.fields.items():
        key = field.data_key or name
        if key in document:
            document[key] = _settled(field, document[key])
    return document


def _settled(field: Any, value: Any) -> Any:
    if isinstance(field, ma.fields.Integer) and isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,18}\s*", value):
        return int(value)
    if isinstance(field, ma.fields.Nested) and isinstance(value, dict):
        filled = any(inner not in (None, "", []) for inner in value.values())
        return _settle(field.schema, value) if filled or not field.allow_none else None
    if isinstance(field, ma.fields.Mapping) and isinstance(value, dict):
        return {name: _settled(field.value_field, inner) for name, inner in value.items()}
    return value
