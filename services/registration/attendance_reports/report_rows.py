"""Rows of a report: whom each is about, and what it says of when they were there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum

from services.registration.attendance_reports.duration_cells import EMPTY, read_duration
from services.registration.attendance_reports.report_columns import ADDRESS, EMAILS, Columns, Role
from services.registration.attendance_reports.report_lines import Line
from services.registration.attendance_reports.time_cells import Order, WrittenTime, read_time
from shared.email_addresses import fold_stored_email
from shared.errors import Invalid

YES = {
    "yes", "y", "true", "1", "x", "\u2713", "\u2714", "ja", "j", "si", "s\u00ed", "oui", "o", "sim", "s", "attended",
    "present", "presente", "pr\u00e9sent", "anwesend", "teilgenommen", "asisti\u00f3", "participou", "joined", "here",
}  # fmt: skip
NO = {
    "no", "n", "false", "0", "nein", "non", "n\u00e3o", "nao", "absent", "ausente", "abwesend", "did not attend",
    "not attended", "no show", "no-show", "noshow", "registered", "missed",
}  # fmt: skip


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


def read_row(
    columns: Columns, line: Line, order: Order, *, section: str, zone: tzinfo | None
) -> ReportRow | IgnoredRow:
    """Returns what a line of a table says; `zone` is that of times for which neither cell nor head names one."""
    emails, names = _read_emails(columns, line), _read_names(columns, line)
    shown = next(iter((*names, *emails)), "")
    if not shown:
        return IgnoredRow(line.number, " ".join(line.filled)[:200], IgnoredBecause.NOBODY)
    said = _read_answer(columns.cell(line, Role.ATTENDED))
    joined, left = (_read_moment(columns.cell(line, role), order) for role in (Role.JOINED, Role.LEFT))
    seconds, wrong = _read_seconds(columns, line)
    waiting = _read_answer(columns.cell(line, Role.WAITING_ROOM)) is True
    row = ReportRow(
        line.number, section, emails, names, joined, left, seconds, said, waiting, columns.zone or zone
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
    return fold_addresses(cells)


def fold_addresses(cells: Iterable[str]) -> tuple[str, ...]:
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
