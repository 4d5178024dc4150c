"""Attendance reports of webinar platforms, read into who was there for how long.

Zoom's reports are CSV with a line per join: `Name (Original Name)` or `User Name (Original Name)`, `User Email` or
`Email`, `Join Time`, `Leave Time`, `Duration (Minutes)` or `Time in Session (minutes)`, after a preamble about the
meeting, which names its host in columns of the same names; those of webinars say in `Attended` who registered only.
GoToWebinar's are alike: a preamble, then `Attended`, `Last Name`, `First Name`, `Email Address`, `Join Time`, `Leave
Time`, `Time in Session`. So the last row that names a column of addresses is the head of the table.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.email_addresses import fold_stored_email
from shared.errors import Invalid

MOST_ROWS = 20_000
EMAIL_COLUMNS = {"user email", "email", "email address"}
NAME_COLUMNS = {"name (original name)", "user name (original name)", "name", "user name", "full name", "attendee name"}
FIRST_COLUMNS, LAST_COLUMNS = {"first name"}, {"last name", "surname"}
ATTENDED_COLUMNS = {"attended"}
MINUTES_COLUMNS = {
    "duration (minutes)", "total duration (minutes)", "minutes", "time in session (minutes)", "time in session",
    "duration",
}  # fmt: skip
DELIMITERS = ",\t;"
# 31 days; and more characters than any duration has that is meant.
MOST_MINUTES, LONGEST_DURATION = 44_640, 40


@dataclass(frozen=True)
class Presence:
    """One person: by their folded address, or where it is None by their name. `minutes` of all their joins together;
    None: nobody measured.
    """

    email: str | None
    name: str
    minutes: int | None


@dataclass(frozen=True)
class Report:
    """`rows` of those who were there; `nameless` ones say nothing of whom."""

    presences: list[Presence]
    rows: int
    nameless: int

    @property
    def duplicates(self) -> int:
        """Rows beyond the first of the same person."""
        return self.rows - self.nameless - len(self.presences)


@dataclass(frozen=True)
class _Row:
    """`place` says where its minutes stand."""

    email: str
    name: str
    minutes: object
    place: str


@dataclass(frozen=True)
class _Line:
    """Cells, and the number of the line of the file in which they end."""

    number: int
    cells: list[str]


def read_csv(content: bytes) -> Report:
    """A platform's report. Raises Invalid where it is no CSV with a column of addresses."""
    for delimiter in DELIMITERS:
        lines = _split(content, delimiter)
        heads = [number for number, line in enumerate(lines) if EMAIL_COLUMNS & set(_names(line.cells))]
        if heads:
            return _gather(_read_rows(lines[heads[-1]].cells, lines[heads[-1] + 1 :]))
    raise Invalid({"file": ["No column of email addresses was found."]})


def read_json(rows: list[dict[str, object]]) -> Report:
    """Rows of `{email, minutes?}`, validated."""
    return _gather(
        [_Row(str(row["email"]), "", row.get("minutes"), f"Row {number}") for number, row in enumerate(rows, 1)]
    )


def add_minutes(before: int | None, more: int | None) -> int | None:
    """Minutes of two joins together; one that nobody measured adds nothing."""
    return before if more is None else (before or 0) + more


def _split(content: bytes, delimiter: str) -> list[_Line]:
    reader = csv.reader(io.StringIO(decode(content)), delimiter=delimiter)
    try:
        return [_Line(reader.line_num, cells) for cells in reader]
    except csv.Error:
        raise Invalid({"file": ["This is no CSV."]}) from None


def decode(content: bytes) -> str:
    """The text of a file in whichever encoding a platform wrote it."""
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


def _names(row: list[str]) -> list[str]:
    return [name.strip().strip("*").lower() for name in row]


def _read_rows(titles: list[str], lines: list[_Line]) -> list[_Row]:
    head = _names(titles)
    filled = [line for line in lines if any(cell.strip() for cell in line.cells)]
    if len(filled) > MOST_ROWS:
        raise Invalid({"file": [f"More than {MOST_ROWS} rows."]})
    measured = next((title.strip() for title, name in zip(titles, head, strict=True) if name in MINUTES_COLUMNS), None)
    return [
        _Row(
            email=_cell(head, line, EMAIL_COLUMNS),
            name=_cell(head, line, NAME_COLUMNS)
            or f"{_cell(head, line, FIRST_COLUMNS)} {_cell(head, line, LAST_COLUMNS)}".strip(),
            minutes=_cell(head, line, MINUTES_COLUMNS) if measured else None,
            place=f"Line {line.number}, column {measured}",
        )
        for line in filled
        if _cell(head, line, ATTENDED_COLUMNS).lower() != "no"
    ]


def _cell(head: list[str], line: _Line, columns: Iterable[str]) -> str:
    """What a line holds in the first of these columns that the file has."""
    places = (place for place, name in enumerate(head) if name in columns and place < len(line.cells))
    return next((line.cells[place].strip() for place in places), "")


def _gather(rows: list[_Row]) -> Report:
    found: dict[tuple[str | None, str], Presence] = {}
    nameless = 0
    for row in rows:
        email = _address(row.email)
        if email is None and not row.name:
            nameless += 1
            continue
        key = (email, "" if email else row.name.casefold())
        before = found[key].minutes if key in found else None
        minutes = None if row.minutes is None else _minutes(row)
        found[key] = Presence(email, row.name, add_minutes(before, minutes))
    return Report(list(found.values()), len(rows), nameless)


def _address(written: str) -> str | None:
    try:
        return fold_stored_email(written)
    except Invalid:
        return None


def _minutes(row: _Row) -> int:
    """Whole minutes of `83`, `1:23:00` or `1 hour 23 minutes`; platforms write `--` for somebody who did not come.
    Raises Invalid, naming where it stands.
    """
    text = str(row.minutes).strip().removeprefix("--").lower()
    try:
        minutes = _read_minutes(text)
    except (ValueError, OverflowError):
        raise Invalid({"file": [f"{row.place}: this is no number of minutes."]}) from None
    if minutes > MOST_MINUTES:
        raise Invalid({"file": [f"{row.place}: this is more than {MOST_MINUTES} minutes."]})
    return max(minutes, 0)


def _read_minutes(text: str) -> int:
    if len(text) > LONGEST_DURATION:
        raise ValueError
    if clock := re.fullmatch(r"(\d+):(\d\d):(\d\d)", text):
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 60 + minutes + (seconds >= 30)
    if words := re.fullmatch(r"(?:(\d+) *(?:hours?|hrs?|h))?[ ,]*(?:(\d+) *(?:minutes?|mins?|m))?", text):
        hours, minutes = (int(number or 0) for number in words.groups())
        return hours * 60 + minutes
    return round(float(text or 0))
