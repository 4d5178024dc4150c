"""The newsletter's readers, for staff: who they are and by which proof; taking them in, giving them out, forgetting."""

import csv
import io
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request

from services.notifications.subscriptions import domain, exports, queries
from services.notifications.subscriptions.imports import import_readers
from services.notifications.subscriptions.schemas import ImportSchema, ReadersQuery
from shared import runtime
from shared.email_addresses import fold_stored_email
from shared.errors import Invalid, NotFound
from shared.http import tables
from shared.http.audit_api import record_staff_action
from shared.http.blueprint import load_body
from shared.http.forms import Form
from shared.http.pages import Pages, parse_query, respond
from shared.http.pagination import decode_cursor, encode_cursor
from shared.http.responses import see_other
from shared.runtime import connection, transaction

HOME = "/notifications/staff/readers"
pages = Pages("readers-desk", url_prefix=HOME)

READ, WRITE = "notifications:read", "notifications:write"
LISTS, TRUE = ("library_types", "topics"), ("yes", "true", "1")
COLUMNS = ("email", "name", *LISTS, "digest", "confirmed_at", "given_from", "wording")


@pages.get("")
@pages.staff(READ)
def list_readers() -> Response:
    """The readers, the newest first."""
    query = parse_query(ReadersQuery())
    limit, (before,) = query.pop("limit"), decode_cursor(query.pop("cursor"), int) or (None,)
    query["email"] = query["email"] and fold_stored_email(query["email"])
    with connection() as conn:
        found = queries.select_readers(conn, before=before, limit=limit + 1, **query)
    more = encode_cursor(found[limit - 1].position) if len(found) > limit else None
    return respond("staff/readers.html", found=found[:limit], more=more, query=query)


@pages.get("/export.<any(csv, xlsx):kind>")
@pages.staff(READ)
def export(kind: str) -> Response:
    """All of them with their proof, as an import takes them."""
    return exports.table(tables.CSV if kind == "csv" else tables.XLSX)


@pages.get("/import")
@pages.staff(WRITE)
def show_import() -> Response:
    """Choose a file of readers who confirmed elsewhere."""
    return respond("staff/readers-import.html", form=Form(), report=None, rows="", columns=COLUMNS)


@pages.form("/import")
@pages.staff(WRITE)
def take_in() -> Response:
    """Tell what a file would do; do it, once that was looked at. What was looked at is what the form then brings."""
    form, file = Form.sent(), request.files.get("file")
    rows, sure = form.text("rows"), form.text("sure") == "true"
    try:
        if file and file.filename:
            rows, sure = file.read().decode("utf-8-sig"), False
        given: Any = load_body(ImportSchema(), {"readers": _parse(rows)})
        with transaction() as conn:
            report = import_readers(conn, given["readers"], now=runtime.current().clock.now(), dry_run=not sure)
            if sure:
                record_staff_action(conn, "readers.import", "readers", report)
    except UnicodeDecodeError:
        form.add_errors({"file": ["This is no text in UTF-8. Save it as CSV (UTF-8)."]})
    except Invalid as error:
        form.add_errors({"file": [_say(path, messages) for path, messages in list(error.errors.items())[:20]]})
    else:
        if sure:
            return see_other(HOME)
        return respond("staff/readers-import.html", form=form, report=report, rows=rows, columns=COLUMNS)
    return respond("staff/readers-import.html", status=422, form=form, report=None, rows="", columns=COLUMNS)


@pages.get("/<uuid:id>")
@pages.staff(READ)
def show_reader(id: UUID) -> Response:
    """A reader with the proof: what they did, when, from where, and which text they were shown."""
    with transaction() as conn:
        found = queries.lock(conn, id)
        if found is None:
            raise NotFound("There is no such reader.")
        return respond("staff/reader.html", reader=asdict(found), consents=queries.select_consents(conn, id))


@pages.form("/<uuid:id>/forget")
@pages.staff(WRITE)
def forget(id: UUID) -> Response:
    """Leave nothing of a reader, at their wish."""
    with transaction() as conn:
        domain.forget(conn, id)
        record_staff_action(conn, "reader.forget", id)
    return see_other(HOME)


def _parse(text: str) -> list[dict[str, Any]]:
    """The rows of a CSV file as an export writes them; what is left empty is left out."""
    found: list[dict[str, Any]] = []
    for row in csv.DictReader(io.StringIO(text)):
        one: dict[str, Any] = {name: row[name].strip() for name in COLUMNS if (row.get(name) or "").strip()}
        for name in LISTS:
            if name in one:
                one[name] = [part.strip() for part in one[name].split(";") if part.strip()]
        if "digest" in one:
            one["digest"] = one["digest"].lower() in TRUE
        if row.get("status") != "ended":
            found.append(one)
    return found


def _say(path: str, messages: Any) -> str:
    """`readers.3.email` is in the fifth line of the file: the first one names the columns."""
    _, number, *field = [*str(path).split("."), "", ""]
    said = messages if isinstance(messages, str) else " ".join(map(str, messages))
    return f"Line {int(number) + 2}, {field[0] or 'row'}: {said}" if number.isdecimal() else f"{path}: {said}"
