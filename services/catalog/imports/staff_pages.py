"""`/catalog/staff/imports`: preview a program document, then import it."""

from typing import Any

from flask import Response, request

from services.catalog.entries import visibility
from services.catalog.history.differences import describe
from services.catalog.imports import domain
from services.catalog.imports.domain import ImportReport
from services.catalog.program_documents.text_formats import read_json, read_yaml
from services.catalog.staff_layout.staff_rendering import respond
from shared.errors import Conflict, DomainError, Invalid
from shared.http import auth
from shared.http.pages import Pages
from shared.http.request_checks import MAX_BODY
from shared.http.responses import see_other
from shared.runtime import connection, transaction

HERE = "/catalog/staff/imports"
MOST_SHOWN = 200
pages = Pages("imports-desk", url_prefix="/catalog/staff")


@pages.get("/imports")
@pages.staff(visibility.SCOPE)
def show_import() -> Response:
    """Show the form for a document."""
    return _show()


@pages.form("/imports")
@pages.staff(visibility.SCOPE)
def import_programme() -> Response:
    """Preview the changes; with `step` apply, make them."""
    text = _text()
    if not text.strip():
        return _show(errors={"document": ["Choose a file, or paste a document."]}, status=422)
    dry_run = request.form.get("step") != "apply"
    try:
        with transaction() as conn:
            report = domain.import_programme(conn, _document(text), actor=auth.actor(), dry_run=dry_run)
    except Invalid as error:
        return _show(text, errors=error.errors, status=422)
    except Conflict as error:
        return _show(text, errors={"document": [error.detail]}, status=error.status)
    except DomainError as error:
        return _show(text, errors={"document": [error.detail]}, status=422)
    return _show(text, report=report) if dry_run else see_other(f"{HERE}?done=imported")


def _text() -> str:
    """Return the uploaded file, or the pasted text."""
    request.max_form_memory_size = MAX_BODY
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("document", "")
    return file.read().decode("utf-8", "replace")


def _document(text: str) -> Any:
    body = text.encode()
    return read_json(body) if text.lstrip().startswith("{") else read_yaml(body)


def _show(text: str = "", *, report: ImportReport | None = None, errors: Any = None, status: int = 200) -> Response:
    with connection() as conn:
        told = (
            {
                name: [(one, describe(one.difference())) for one in getattr(report, name)[:MOST_SHOWN]]
                for name in ("created", "changed", "unchanged")
            }
            if report
            else {}
        )
        return respond(
            "staff/import.html",
            conn,
            status=status,
            text=text,
            told=told,
            counts={name: len(getattr(report, name)) for name in told},
            errors=errors or {},
        )
