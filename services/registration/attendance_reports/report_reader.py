"""Read a platform's report: every table in it, into rows that say who was there and when.

Zoom's, GoToWebinar's, Webex's and Teams' reports have a preamble about the meeting and one table or several (hosts,
panelists, attendees, activities). A table begins with a line of heads and ends where the next one begins. Times are not
judged here: `presence` unites them and compares them with the session's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.registration.attendance_reports import report_columns
from services.registration.attendance_reports.duration_cells import EMPTY, read_duration
from services.registration.attendance_reports.report_columns import ADDRESS, EMAILS, EVIDENCE, WHO, Columns, Role
from services.registration.attendance_reports.report_lines import Line, read_lines
from services.registration.attendance_reports.time_cells import Order, WrittenTime, is_ambiguous, read_time, read_zone
from shared.email_addresses import fold_stored_email
from shared.errors import Invalid

MOST_ROWS = 20_000
MOST_HEADS_NAMED = 12
YES = {
    "yes", "y", "true", "1", "x", "\u2713", "\u2714", "ja", "j", "si", "s\u00ed", "oui", "o", "sim", "s", "attended",
    "present", "presente", "pr\u00e9sent", "anwesend", "teilgenommen", "asisti\u00f3", "participou", "joined", "here",
}  # fmt: skip
NO = {
    "no", "n", "false", "0", "nein", "non", "n\u00e3o", "nao", "absent", "ausente", "abwesend", "did not attend",
    "not attended", "no show", "no-show", "noshow", "registered", "missed",
}  # fmt: skip
ZONE_HEADS = {"time zone", "timezone", "zeitzone", "zona horaria", "fuseau horaire", "fuso horario", "huso horario"}


class IgnoredBecause(StrEnum):
    """Why a row of a report is not used."""

    UNREADABLE = "unreadable"
    NOBODY = "nobody"
    NO_EVIDENCE = "no-evidence"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Window:
    """When the session took place, and the zone in which its times are written."""

    starts_at: datetime
    ends_at: datetime
    zone: tzinfo


@dataclass(frozen=True)
class ReportRow:
    """What one row says of one person.

    `emails` are folded, the likeliest to be registered first; `names` are as written. `seconds` is the duration as
    written; `said` what a column "Attended" says; `waiting` is True if the row is about the waiting room.
    """

    line: int
    section: str
    emails: tuple[str, ...]
    names: tuple[str, ...]
    joined: WrittenTime | None = None
    left: WrittenTime | None = None
    seconds: float | None = None
    said: bool | None = None
    waiting: bool = False
    zone: tzinfo | None = None

    @property
    def shown(self) -> str:
        """How staff recognize the row: its name, or its first address."""
        return next(iter((*self.names, *self.emails)), "")

    @property
    def shown_address(self) -> str:
        """The likeliest address, or an empty text."""
        return next(iter(self.emails), "")


@dataclass(frozen=True)
class IgnoredRow:
    """A row that is not used: its line, whom it seems to be about, why, and the cell at fault."""

    line: int
    shown: str
    reason: IgnoredBecause
    cell: str = ""


@dataclass(frozen=True)
class Report:
    """The rows of a report, those ignored, and whether staff said in which time zone its times are."""

    rows: list[ReportRow]
    ignored: list[IgnoredRow] = field(default_factory=list)
    zone_given: bool = False


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
            row = _read_row(table, line, order, zone)
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
        emails = _fold_addresses([address])
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


def _read_row(table: _Table, line: Line, order: Order, zone: tzinfo | None) -> ReportRow | IgnoredRow:
    columns = table.columns
    emails, names = _read_emails(columns, line), _read_names(columns, line)
    shown = next(iter((*names, *emails)), "")
    if not shown:
        return IgnoredRow(line.number, " ".join(line.filled)[:200], IgnoredBecause.NOBODY)
    said = _read_answer(columns.cell(line, Role.ATTENDED))
    joined, left = (_read_moment(columns.cell(line, role), order) for role in (Role.JOINED, Role.LEFT))
    seconds, wrong = _read_seconds(columns, line)
    waiting = _read_answer(columns.cell(line, Role.WAITING_ROOM)) is True
    row = ReportRow(
        line.number, table.section, emails, names, joined, left, seconds, said, waiting, columns.zone or zone
    )  # fmt: skip
    if said is False or waiting or _has_span(row) or (seconds is not None and not wrong):
        return row
    unreadable = wrong or next((cell for cell in _evidence_cells(columns, line) if _is_unreadable(cell, order)), "")
    if unreadable:
        return IgnoredRow(line.number, shown, IgnoredBecause.UNREADABLE, unreadable)
    if said:
        return row
    began = joined and joined.time
    return IgnoredRow(line.number, shown, IgnoredBecause.INCOMPLETE if began else IgnoredBecause.NO_EVIDENCE)


def _has_span(row: ReportRow) -> bool:
    return bool(row.joined and row.joined.time and row.left and row.left.time)


def _evidence_cells(columns: Columns, line: Line) -> list[str]:
    return [columns.cell(line, role) for role in (Role.JOINED, Role.LEFT, Role.ATTENDED)]


def _is_unreadable(cell: str, order: Order) -> bool:
    return cell not in EMPTY and _read_answer(cell) is None and read_time(cell, order) is None


def _read_moment(cell: str, order: Order) -> WrittenTime | None:
    return None if cell in EMPTY else read_time(cell, order)


def _read_seconds(columns: Columns, line: Line) -> tuple[float | None, str]:
    """Returns the duration and, if it cannot be read, the cell."""
    cell = columns.cell(line, Role.DURATION)
    try:
        return read_duration(cell, columns.unit), ""
    except ValueError:
        return None, cell


def _read_answer(cell: str) -> bool | None:
    word = " ".join(cell.casefold().split()).rstrip(".!")
    return True if word in YES else False if word in NO else None


def _read_emails(columns: Columns, line: Line) -> tuple[str, ...]:
    """Returns the addresses of a row, folded: those of its columns of addresses, then those written among its names."""
    cells = [cell for role in (*EMAILS, Role.NAME) for cell in columns.cells(line, role)]
    return _fold_addresses(cells)


def _fold_addresses(cells: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for cell in cells:
        for written in ADDRESS.findall(re.sub(r"(?i)\bmailto:", " ", cell)):
            try:
                found[fold_stored_email(written)] = None
            except Invalid:
                continue
    return tuple(found)


def _read_names(columns: Columns, line: Line) -> tuple[str, ...]:
    """Returns the names of a row as written, without addresses: the one displayed, and first and last name together.

    A French "Nom" beside "Prénom" is a last name, and a Spanish "Nombre" beside "Apellidos" a first name.
    """
    whole, first, last = (columns.cell(line, role) for role in (Role.NAME, Role.FIRST_NAME, Role.LAST_NAME))
    if whole and first and not last:
        whole, last = "", whole
    elif whole and last and not first:
        whole, first = "", whole
    bare = re.sub(r"[<(\[]?(?:mailto:)?" + ADDRESS.pattern + r"[>)\]]?", " ", whole)
    names = [" ".join(bare.split()), " ".join(f"{first} {last}".split())]
    return tuple(dict.fromkeys(name for name in names if re.search(r"\w", name)))
