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

from shared.addresses import fold_held_email
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
    email: str
    name: str
    minutes: object


def read_csv(content: bytes) -> Report:
    """A platform's report. Raises Invalid where it is no CSV with a column of addresses."""
    for delimiter in DELIMITERS:
        rows = _split(content, delimiter)
        heads = [number for number, row in enumerate(rows) if EMAIL_COLUMNS & set(_names(row))]
        if heads:
            return _gather(_read_rows(_names(rows[heads[-1]]), rows[heads[-1] + 1 :]))
    raise Invalid({"file": ["No column of email addresses was found."]})


def read_json(rows: list[dict[str, object]]) -> Report:
    """Rows of `{email, minutes?}`, validated."""
    return _gather([_Row(str(row["email"]), "", row.get("minutes")) for row in rows])


def add_minutes(before: int | None, more: int | None) -> int | None:
    """Minutes of two joins together; one that nobody measured adds nothing."""
    return before if more is None else (before or 0) + more


def _split(content: bytes, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(decode(content)), delimiter=delimiter))
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


def _read_rows(head: list[str], rows: list[list[str]]) -> list[_Row]:
    def cell(row: list[str], columns: Iterable[str]) -> str:
        places = (place for place, name in enumerate(head) if name in columns and place < len(row))
        return next((row[place].strip() for place in places), "")

    filled = [row for row in rows if any(one.strip() for one in row)]
    if len(filled) > MOST_ROWS:
        raise Invalid({"file": [f"More than {MOST_ROWS} rows."]})
    measured = bool(MINUTES_COLUMNS & set(head))
    return [
        _Row(
            email=cell(row, EMAIL_COLUMNS),
            name=cell(row, NAME_COLUMNS) or f"{cell(row, FIRST_COLUMNS)} {cell(row, LAST_COLUMNS)}".strip(),
            minutes=cell(row, MINUTES_COLUMNS) if measured else None,
        )
        for row in filled
        if cell(row, ATTENDED_COLUMNS).lower() != "no"
    ]


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
        minutes = None if row.minutes is None else _minutes(row.minutes)
        found[key] = Presence(email, row.name, add_minutes(before, minutes))
    return Report(list(found.values()), len(rows), nameless)


def _address(written: str) -> str | None:
    try:
        return fold_held_email(written)
    except Invalid:
        return None


def _minutes(written: object) -> int:
    """Whole minutes of `83`, `1:23:00` or `1 hour 23 minutes`; platforms write `--` for somebody who did not come."""
    text = str(written).strip().removeprefix("--").lower()
    if clock := re.fullmatch(r"(\d+):(\d\d):(\d\d)", text):
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 60 + minutes + (seconds >= 30)
    if words := re.fullmatch(r"(?:(\d+) *(?:hours?|hrs?|h))?[ ,]*(?:(\d+) *(?:minutes?|mins?|m))?", text):
        hours, minutes = (int(number or 0) for number in words.groups())
        return hours * 60 + minutes
    try:
        return max(round(float(text or 0)), 0)
    except (ValueError, OverflowError):
        raise Invalid({"file": ["A duration is no number of minutes."]}) from None
