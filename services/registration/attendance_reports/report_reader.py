"""Read a platform's report: every table in it, into rows that say who was there and when.

Zoom's, GoToWebinar's, Webex's and Teams' reports have a preamble about the meeting and one table or several (hosts,
panelists, attendees, activities). A table begins with a line of heads and ends where the next one begins. Times are not
judged here: `presence` unites them and compares them with the session's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.registration.attendance_reports import report_columns
from services.registration.attendance_reports.report_columns import ADDRESS, EVIDENCE, WHO, Columns, Role
from services.registration.attendance_reports.report_lines import Line, read_lines
from services.registration.attendance_reports.report_rows import (
    IgnoredRow,
    Report,
    ReportRow,
    Window,
    fold_addresses,
    read_row,
)
from services.registration.attendance_reports.time_cells import Order, is_ambiguous, read_time, read_zone
from shared.errors import Invalid

MOST_ROWS = 20_000
MOST_HEADS_NAMED = 12
ZONE_HEADS = {"time zone", "timezone", "zeitzone", "zona horaria", "fuseau horaire", "fuso horario", "huso horario"}


@dataclass(frozen=True)
class _Table:
    section: str
    columns: Columns
    lines: list[Line]


def read_report(
    content: bytes, window: Window, *, timezone: str | None = None, columns: dict[str, Role] | None = None
) -> Report:
    """Returns what the report of a session says.

    `timezone` is that of times for which the report names none, and `columns` are roles by head, both as staff chose
    them. Without `timezone` it is the one of the report's preamble, if that names one. Whether 4/6 is in April or June
    is decided by the other dates of the file, and by the session's.

    Raises Invalid if it is no table, does not say who, or only says who registered.
    """
    lines = read_lines(content, report_columns.count_heads)
    tables = _find_tables(lines, columns)
    _check_evidence(lines, tables)
    proving = [table for table in tables if EVIDENCE & table.columns.roles]
    order = _find_order(proving, window.starts_at.astimezone(window.zone).date())
    zone = ZoneInfo(timezone) if timezone else _find_zone(lines)
    rows: list[ReportRow] = []
    ignored: list[IgnoredRow] = []
    for table in proving:
        for line in table.lines:
            row = read_row(table.columns, line, order, section=table.section, zone=zone)
            (ignored if isinstance(row, IgnoredRow) else rows).append(row)  # pyright: ignore[reportArgumentType]
    if len(rows) + len(ignored) > MOST_ROWS:
        raise Invalid({"file": [f"The report has more than {MOST_ROWS} rows."]})
    return Report(rows, ignored, zone_given=timezone is not None)


def read_presences(rows: Iterable[dict[str, object]]) -> Report:
    """Returns rows of `{email, minutes?}`, validated, as a report; without minutes they say that somebody came."""
    found: list[ReportRow] = []
    for number, row in enumerate(rows, 1):
        minutes = row.get("minutes")
        seconds = None if minutes is None else float(str(minutes)) * 60
        address = str(row["email"])
        emails = fold_addresses([address])
        said = True if seconds is None else None
        found.append(ReportRow(number, "", emails, () if emails else (address,), seconds=seconds, said=said))
    return Report(found)


def _find_tables(lines: list[Line], chosen: dict[str, Role] | None) -> list[_Table]:
    """Returns the tables: each from its head to the next one, without a title between."""
    heads = {index: head for index, line in enumerate(lines) if (head := _read_head(line, chosen))}
    if not heads and not chosen:
        heads = _guess_head(lines)
    tables: list[_Table] = []
    for index, end in pairwise([*sorted(heads), len(lines)]):
        body = lines[index + 1 : end]
        if end < len(lines) and body and len(body[-1].filled) == 1 and len(heads[index].titles) > 1:
            body = body[:-1]
        title = lines[index - 1].filled if index else []
        columns = heads[index] if chosen else report_columns.find_by_content(heads[index], body)
        tables.append(_Table(title[0] if len(title) == 1 else "", columns, body))
    return tables


def _read_head(line: Line, chosen: dict[str, Role] | None) -> Columns | None:
    if chosen is None:
        return report_columns.read_head(line)
    if not set(chosen) <= set(line.cells):
        return None
    places: dict[Role, list[int]] = {}
    for place, title in enumerate(line.cells):
        if title in chosen:
            places.setdefault(chosen[title], []).append(place)
    return report_columns.describe_columns(line.cells, places)


def _guess_head(lines: list[Line]) -> dict[int, Columns]:
    """Returns as head the line above the first one with an address, if what is in the cells tells the columns."""
    first = next((index for index, line in enumerate(lines) if any(ADDRESS.fullmatch(c) for c in line.cells)), 0)
    if not first:
        return {}
    found = report_columns.find_by_content(Columns(lines[first - 1].cells), lines[first:])
    return {first - 1: found} if WHO & found.roles else {}


def _check_evidence(lines: list[Line], tables: list[_Table]) -> None:
    """Raises Invalid unless a table says who and also when, for how long or whether."""
    if any(EVIDENCE & table.columns.roles for table in tables):
        return
    if any({Role.REGISTERED, Role.APPROVAL} & table.columns.roles for table in tables):
        raise Invalid({"file": ["This lists who registered, not who came."]})
    heads = tables[0].columns.titles if tables else max(lines, key=lambda line: len(line.filled)).cells
    named = ", ".join(f"\u201c{head}\u201d" for head in [head for head in heads if head][:MOST_HEADS_NAMED])
    if not tables:
        raise Invalid({"file": [f"No column of email addresses or names was found among {named}."]})
    looked_for = "join and leave times, a duration, or \u201cAttended\u201d"
    raise Invalid({"file": [f"No column says who came: found {named}, looked for {looked_for}."]})


def _find_order(tables: Sequence[_Table], near: date) -> Order:
    """Returns how the file writes dates: the order that more cells can be read in, else the one nearer the session."""
    cells = {
        cell
        for table in tables
        for line in table.lines
        for role in (Role.JOINED, Role.LEFT)
        for cell in table.columns.cells(line, role)
    }
    if not any(is_ambiguous(cell) for cell in cells):
        return Order.MONTH_FIRST

    def misfit(order: Order) -> tuple[int, int]:
        read = [read_time(cell, order) for cell in cells]
        days = [abs((one.date - near).days) for one in read if one and one.date]
        return read.count(None), sum(days)

    return min(Order, key=misfit)


def _find_zone(lines: Iterable[Line]) -> tzinfo | None:
    """Returns the zone of a line such as `Time zone,(GMT-05:00) Eastern Time` in the preamble, or None."""
    for line in lines:
        if len(line.filled) == 2 and report_columns.fold_head(line.filled[0]) in ZONE_HEADS:
            return read_zone(line.filled[1])
    return None
