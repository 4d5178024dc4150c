"""Tables for spreadsheets, CSV (RFC 4180, UTF-8 with a byte order mark, so that Excel reads it as such) or XLSX:
streamed, in bounded memory, and without formulas.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from flask import Response, request, stream_with_context

from shared import runtime
from shared.runtime import transaction

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
# A spreadsheet takes a text that begins with one of these for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CHUNK = 64 * 1024
MOST_IN_CELL = 32_767

Rows = Callable[[Any], Iterable[Sequence[Any]]]


def wanted() -> str:
    """The content type that the request would rather have: JSON, CSV or XLSX."""
    return request.accept_mimetypes.best_match([JSON, CSV, XLSX], default=JSON)


def table(kind: str, name: str, head: Sequence[str], rows: Rows) -> Response:
    """The table as an answer of this kind; `rows(conn)` yields them within a transaction of their own."""
    write, suffix = (_csv, "csv") if kind == CSV else (_xlsx, "xlsx")
    body = _within(runtime.current(), write(head, rows))
    response = Response(stream_with_context(body), content_type="text/csv; charset=utf-8" if kind == CSV else kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Accept"
    return response


def _within(present: runtime.Runtime, body: Iterator[bytes]) -> Iterator[bytes]:
    """The body, which is sent when the request is over that had the runtime."""
    with runtime.use(present):
        yield from body


def _csv(head: Sequence[str], rows: Rows) -> Iterator[bytes]:
    page = io.StringIO()
    writer = csv.writer(page)
    page.write("\ufeff")
    writer.writerow(head)
    with transaction() as conn:
        for row in rows(conn):
            writer.writerow([_defuse(_plain(cell)) for cell in row])
            if page.tell() > CHUNK:
                yield page.getvalue().encode()
                page.seek(0)
                page.truncate()
        yield page.getvalue().encode()


def _xlsx(head: Sequence[str], rows: Rows) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, options)
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        with transaction() as conn:
            for number, row in enumerate(rows(conn), 1):
                sheet.write_row(number, 0, [_fit(_plain(cell)) for cell in row])
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _plain(cell: Any) -> Any:
    """A cell as spreadsheets have them: a number, a text or nothing."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, list):
        return "; ".join(map(str, cell))
    return cell if cell is None or isinstance(cell, int | float) else str(cell)


def _defuse(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _fit(cell: Any) -> Any:
    return cell[:MOST_IN_CELL] if isinstance(cell, str) else cell
