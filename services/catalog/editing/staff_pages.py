"""`/catalog/staff/new/…` and `…/edit`: the form of an entry, its preview, and saving it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import marshmallow as ma
from flask import Response, request
from psycopg import Connection

from services.catalog.dates.edtf_dates import label_typed_date
from services.catalog.editing import domain, preview, schemas
from services.catalog.entries import domain as entries
from services.catalog.entries import visibility
from services.catalog.entries.queries import Entry, select_entry
from services.catalog.entries.urls import COLLECTION, KIND_BY_COLLECTION
from services.catalog.entry_forms import form_layout, part_forms
from services.catalog.entry_forms.choices import select_choices
from services.catalog.history.differences import FieldChange, describe
from services.catalog.publishing.audit import record_outcome
from services.catalog.publishing.domain import Outcome
from services.catalog.publishing.queries import lock_catalog
from services.catalog.staff_layout.staff_rendering import redirect_to_entry, respond
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
class EditForm:
    """The form of an entry as it is shown; `entry` is None for a new one."""

    kind: str
    document: part_forms.Document
    form: Form
    entry: Entry | None = None
    stale: list[FieldChange] | None = None
    schema: ma.Schema = field(init=False)

    def __post_init__(self) -> None:
        self.schema = (part_forms.REPLACEMENTS if self.entry else part_forms.CREATIONS)[self.kind]()


@pages.get(f"/new/{COLLECTION}")
@pages.staff(visibility.SCOPE)
def begin(collection: str) -> Response:
    """Show an empty form."""
    kind, given = KIND_BY_COLLECTION[collection], parse_query(schemas.NewQuery())
    document = {name: value for name, value in given.items() if value}
    if kind == "session":
        document["registration"] = {"policy": "open"}
    return _show(EditForm(kind=kind, document=document, form=part_forms.form_of(kind, document)))


@pages.get(f"/{COLLECTION}/<slug>/edit")
@pages.staff(visibility.SCOPE)
def edit(collection: str, slug: str) -> Response:
    """Show the form with the current values."""
    kind = KIND_BY_COLLECTION[collection]
    with connection() as conn:
        entry = entries.find_entry(conn, kind, slug)
        document = part_forms.standing(conn, entry)
    return _show(EditForm(kind=kind, document=document, form=part_forms.form_of(kind, document), entry=entry))


@pages.form(f"/new/{COLLECTION}")
@pages.staff(visibility.SCOPE)
def create(collection: str) -> Response:
    """Create a draft, or preview it."""

    def write(conn: Connection, part: Any) -> Outcome:
        return domain.create(conn, KIND_BY_COLLECTION[collection], part)

    return _take(_read(KIND_BY_COLLECTION[collection], None, {}), write)


@pages.form(f"/{COLLECTION}/<slug>/edit")
@pages.staff(visibility.SCOPE)
def save(collection: str, slug: str) -> Response:
    """Save the form unless somebody else changed the entry meanwhile, or preview it."""
    kind = KIND_BY_COLLECTION[collection]
    with connection() as conn:
        entry = entries.find_entry(conn, kind, slug)
        former = part_forms.standing(conn, entry)

    def write(conn: Connection, part: Any) -> Outcome:
        lock_catalog(conn)
        return domain.replace(conn, entries.find_entry(conn, kind, slug), replace(part, slug=part.slug or slug))

    return _take(_read(kind, entry, former), write)


@pages.get(f"/{COLLECTION}/<slug>/preview")
@pages.staff(visibility.SCOPE)
def show_preview(collection: str, slug: str) -> Response:
    """Show the entry as the public would see it, drafts too."""
    with rolled_back_transaction() as conn:
        entry = entries.find_entry(conn, KIND_BY_COLLECTION[collection], slug)
        public = preview.render(conn, entry.kind, entry.slug)
        return respond("staff/preview.html", conn, entry=entry, public=public, changes=None, sent=[], sent_to="")


@pages.get("/dates")
@pages.staff(visibility.SCOPE)
def label_date() -> Response:
    """Return the label of the EDTF date that is being typed."""
    query = parse_query(schemas.LabelQuery())
    with connection() as conn:
        return respond("staff/label.html", conn, label=label_typed_date(query["edtf"] or query["when"]))


def _read(kind: str, entry: Entry | None, former: part_forms.Document) -> EditForm:
    sheet = EditForm(kind=kind, document={}, form=Form(), entry=entry)
    sheet.document = part_forms.keep_order(kind, part_forms.sent(sheet.schema, request.form), former)
    sheet.form = part_forms.form_of(kind, sheet.document)
    return sheet


def _take(sheet: EditForm, write: Writer) -> Response:
    step = request.form.get("step", "save")
    if step == "edit":
        return _show(sheet)
    part, sheet.form = part_forms.load(sheet.kind, sheet.schema, sheet.document)
    if not sheet.form:
        return _show(sheet, status=422)
    try:
        return _preview(sheet, write, part) if step == "preview" else _save(sheet, write, part)
    except Invalid as error:
        sheet.form.add_errors(error.errors)
    except Conflict as error:
        if sheet.entry is None and (made := _find_same(sheet, part)):
            return redirect_to_entry(made.kind, made.slug, "created")
        sheet.form.add_errors({"slug" if error.problem == "slug-taken" else "": error.detail})
    return _show(sheet, status=422)


def _preview(sheet: EditForm, write: Writer, part: Any) -> Response:
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


def _save(sheet: EditForm, write: Writer, part: Any) -> Response:
    action, done = ("replace", "saved") if sheet.entry else ("create", "created")
    with transaction() as conn:
        stale = sheet.entry and _is_stale(conn, sheet.entry)
        if not stale:
            outcome = write(conn, part)
            changed = bool(outcome.difference())
            if changed or not sheet.entry:
                record_outcome(conn, f"{sheet.kind}.{action}", outcome)
            return redirect_to_entry(sheet.kind, outcome.slug, done if changed else "same")
    with rolled_back_transaction() as conn:
        difference = write(conn, part).difference()
    if not difference:  # double submit
        return redirect_to_entry(sheet.kind, part.slug or (sheet.entry.slug if sheet.entry else ""), "saved")
    sheet.stale = describe(difference)
    return _show(sheet, status=412)


def _is_stale(conn: Connection, entry: Entry) -> bool:
    lock_catalog(conn)
    return request.form.get("version") != str(entries.find_entry(conn, entry.kind, entry.slug).changed_in)


def _find_same(sheet: EditForm, part: Any) -> Entry | None:
    """Return the entry that an earlier submit of this form created (double submit)."""
    with rolled_back_transaction() as conn:
        made = select_entry(conn, sheet.kind, part.slug)
        return made if made and not domain.replace(conn, made, part).difference() else None


def _show(sheet: EditForm, *, status: int = 200) -> Response:
    with connection() as conn:
        entry = sheet.entry and entries.find_entry(conn, sheet.kind, sheet.entry.slug)
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
            groups=form_layout.LAYOUTS[sheet.kind],
            required=_find_required(sheet.schema),
            choices=choices,
            wrong=[(*form_layout.locate(sheet.kind, path), messages) for path, messages in sheet.form.errors.items()],
            stale=STALE if sheet.stale is not None else "",
            changes=sheet.stale,
            initiative=initiative,
            say_date=label_typed_date,
        )


def _find_required(schema: ma.Schema) -> set[str]:
    """Return the names of fields that must be filled in, except those derived from others."""
    found = {name for name, one in schema.fields.items() if one.required} - {"slug"}
    return found | ({"registration.policy"} if "registration" in schema.fields else set())
