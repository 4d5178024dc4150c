"""`/catalog/staff/new/…` and `…/edit`: the form of a thing, its preview, what it would change; then it is saved."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import marshmallow as ma
from flask import Response, request
from psycopg import Connection

from services.catalog import reading
from services.catalog.auditing import record
from services.catalog.dates import domain as dates
from services.catalog.desk.pages import ANY, KINDS
from services.catalog.desk.rendering import lead_to, respond
from services.catalog.editing import domain, fields, parts, preview, schemas
from services.catalog.editing.choices import select_choices
from services.catalog.editing.differences import Change, describe
from services.catalog.publishing.domain import Outcome
from services.catalog.publishing.queries import Entry, lock_catalog, select_entry
from shared.date_labels import label_edtf
from shared.errors import Conflict, Invalid
from shared.http.forms import Form
from shared.http.pages import Pages, parse_query
from shared.runtime import connection, rolled_back_transaction, transaction

STALE = (
    "Somebody else changed this while you were writing. Below is what your text would change now; save again to do so."
)

pages = Pages("editing-pages", url_prefix="/catalog/staff")

Writer = Callable[[Connection, Any], Outcome]


@dataclass(kw_only=True)
class Sheet:
    """The form of a thing as it is shown; `entry` is missing where it is new."""

    kind: str
    document: parts.Document
    form: Form
    entry: Entry | None = None
    stale: list[Change] | None = None
    schema: ma.Schema = field(init=False)

    def __post_init__(self) -> None:
        self.schema = (parts.REPLACEMENTS if self.entry else parts.CREATIONS)[self.kind]()


@pages.get(f"/new/{ANY}")
@pages.staff(reading.SCOPE)
def begin(collection: str) -> Response:
    """An empty form."""
    kind, given = KINDS[collection], parse_query(schemas.NewQuery())
    document = {name: value for name, value in given.items() if value}
    if kind == "session":
        document["registration"] = {"policy": "open"}
    return _show(Sheet(kind=kind, document=document, form=parts.form_of(kind, document)))


@pages.get(f"/{ANY}/<slug>/edit")
@pages.staff(reading.SCOPE)
def edit(collection: str, slug: str) -> Response:
    """The form of what stands."""
    kind = KINDS[collection]
    with connection() as conn:
        entry = domain.find(conn, kind, slug)
        document = parts.standing(conn, entry)
    return _show(Sheet(kind=kind, document=document, form=parts.form_of(kind, document), entry=entry))


@pages.form(f"/new/{ANY}")
@pages.staff(reading.SCOPE)
def create(collection: str) -> Response:
    """Make a draft, or show what it would be."""

    def write(conn: Connection, part: Any) -> Outcome:
        return domain.create(conn, KINDS[collection], part)

    return _take(_read(KINDS[collection], None, {}), write)


@pages.form(f"/{ANY}/<slug>/edit")
@pages.staff(reading.SCOPE)
def save(collection: str, slug: str) -> Response:
    """Save what was written, where nobody else changed it since it was read; or show what that would be."""
    kind = KINDS[collection]
    with connection() as conn:
        entry = domain.find(conn, kind, slug)
        former = parts.standing(conn, entry)

    def write(conn: Connection, part: Any) -> Outcome:
        lock_catalog(conn)
        return domain.replace(conn, domain.find(conn, kind, slug), replace(part, slug=part.slug or slug))

    return _take(_read(kind, entry, former), write)


@pages.get(f"/{ANY}/<slug>/preview")
@pages.staff(reading.SCOPE)
def show_preview(collection: str, slug: str) -> Response:
    """What stands as the public would see it, drafts too."""
    with rolled_back_transaction() as conn:
        entry = domain.find(conn, KINDS[collection], slug)
        public = preview.render(conn, entry.kind, entry.slug)
        return respond("staff/preview.html", conn, entry=entry, public=public, changes=None, sent=[], sent_to="")


@pages.get("/dates")
@pages.staff(reading.SCOPE)
def label_date() -> Response:
    """How a date in EDTF is called by people, for the field in which it is being typed."""
    query = parse_query(schemas.LabelQuery())
    with connection() as conn:
        return respond("staff/label.html", conn, label=say_date(query["edtf"] or query["when"]))


def say_date(edtf: str) -> str:
    """The label of a date in EDTF; nothing for what is none yet."""
    try:
        return label_edtf(dates.uncertain(edtf).edtf)
    except ValueError:
        return ""


def _read(kind: str, entry: Entry | None, former: parts.Document) -> Sheet:
    sheet = Sheet(kind=kind, document={}, form=Form(), entry=entry)
    sheet.document = parts.keep_order(kind, parts.sent(sheet.schema, request.form), former)
    sheet.form = parts.form_of(kind, sheet.document)
    return sheet


def _take(sheet: Sheet, write: Writer) -> Response:
    step = request.form.get("step", "save")
    if step == "edit":
        return _show(sheet)
    part, sheet.form = parts.load(sheet.kind, sheet.schema, sheet.document)
    if not sheet.form:
        return _show(sheet, status=422)
    try:
        return _preview(sheet, write, part) if step == "preview" else _save(sheet, write, part)
    except Invalid as error:
        parts.add_errors(sheet.form, error.errors)
    except Conflict as error:
        if sheet.entry is None and (made := _find_same(sheet, part)):
            return lead_to(made.kind, made.slug, "created")
        parts.add_errors(sheet.form, {"slug" if error.problem == "slug-taken" else "": error.detail})
    return _show(sheet, status=422)


def _preview(sheet: Sheet, write: Writer, part: Any) -> Response:
    public, outcome = preview.try_out(lambda conn: write(conn, part))
    changes = describe(outcome.difference()) if sheet.entry else None
    sent = [pair for pair in request.form.items(multi=True) if pair[0] != "step"]
    with connection() as conn:
        return respond(
            "staff/preview.html",
            conn,
            entry=sheet.entry,
            public=public,
            changes=changes,
            sent=sent,
            sent_to=request.path,
        )


def _save(sheet: Sheet, write: Writer, part: Any) -> Response:
    action, done = ("replace", "saved") if sheet.entry else ("create", "created")
    with transaction() as conn:
        stale = sheet.entry and _is_stale(conn, sheet.entry)
        if not stale:
            outcome = write(conn, part)
            changed = bool(outcome.difference())
            if changed or not sheet.entry:
                record(conn, f"{sheet.kind}.{action}", outcome)
            return lead_to(sheet.kind, outcome.slug, done if changed else "same")
    with rolled_back_transaction() as conn:
        difference = write(conn, part).difference()
    if not difference:  # it was sent twice
        return lead_to(sheet.kind, part.slug or (sheet.entry.slug if sheet.entry else ""), "saved")
    sheet.stale = describe(difference)
    return _show(sheet, status=412)


def _is_stale(conn: Connection, entry: Entry) -> bool:
    lock_catalog(conn)
    return request.form.get("version") != str(domain.find(conn, entry.kind, entry.slug).changed_in)


def _find_same(sheet: Sheet, part: Any) -> Entry | None:
    """What was made by the same form, sent once before."""
    with rolled_back_transaction() as conn:
        made = select_entry(conn, sheet.kind, part.slug)
        return made if made and not domain.replace(conn, made, part).difference() else None


def _show(sheet: Sheet, *, status: int = 200) -> Response:
    with connection() as conn:
        entry = sheet.entry and domain.find(conn, sheet.kind, sheet.entry.slug)
        initiative = select_entry(conn, "initiative", sheet.document.get("initiative") or "")
        belongs = entry.initiative_id if entry else initiative and initiative.id
        choices = select_choices(conn, belongs, series=entry.slug if entry and entry.kind == "series" else None)
        return respond(
            "staff/edit.html",
            conn,
            status=status,
            kind=sheet.kind,
            entry=entry,
            form=sheet.form,
            groups=fields.KINDS[sheet.kind],
            required=_find_required(sheet.schema),
            choices=choices,
            wrong=[(*fields.locate(sheet.kind, path), messages) for path, messages in sheet.form.errors.items()],
            stale=STALE if sheet.stale is not None else "",
            changes=sheet.stale,
            initiative=initiative,
            say_date=say_date,
        )


def _find_required(schema: ma.Schema) -> set[str]:
    """Names of the fields that cannot be left empty, but for what is made from others."""
    found = {name for name, one in schema.fields.items() if one.required} - {"slug"}
    return found | ({"registration.policy"} if "registration" in schema.fields else set())
