"""Attendance reports of webinar platforms, read into minutes per address.

Zoom's participant report is CSV with a line per join: `Name (Original Name)`, `User Email`, `Join Time`, `Leave
Time`, `Duration (Minutes)`, often after a preamble about the meeting, which names its host in columns of the same
names. So the last row that names a column of addresses is the head of the table.
"""

import csv
import io
from dataclasses import dataclass

from services.registration.people.domain import fold_email
from shared.errors import Invalid

MOST_ROWS = 20_000
EMAIL_COLUMNS = {"user email", "email", "email address"}
MINUTES_COLUMNS = {"duration (minutes)", "total duration (minutes)", "minutes", "time in session (minutes)"}


@dataclass(frozen=True)
class Report:
    """`minutes` of all joins together by folded address (None: nobody measured); `nameless` rows have no usable
    address.
    """

    minutes: dict[str, int | None]
    rows: int
    nameless: int

    @property
    def duplicates(self) -> int:
        """Rows beyond the first of the same address."""
        return self.rows - self.nameless - len(self.minutes)


def read_csv(content: bytes) -> Report:
    """A platform's report. Raises Invalid where it is no CSV with a column of addresses."""
    try:
        rows = list(csv.reader(io.StringIO(_decode(content))))
    except csv.Error:
        raise Invalid({"file": ["This is no CSV."]}) from None
    heads = [number for number, row in enumerate(rows) if EMAIL_COLUMNS & set(_names(row))]
    if not heads:
        raise Invalid({"file": ["No column of email addresses was found."]})
    return _read_rows(_names(rows[heads[-1]]), rows[heads[-1] + 1 :])


def read_json(rows: list[dict[str, object]]) -> Report:
    """Rows of `{email, minutes?}`, validated."""
    return _gather([(str(row["email"]), row.get("minutes")) for row in rows])


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


def _names(row: list[str]) -> list[str]:
    return [name.strip().lower() for name in row]


def _read_rows(names: list[str], rows: list[list[str]]) -> Report:
    email = next(place for place, name in enumerate(names) if name in EMAIL_COLUMNS)
    minutes = next((place for place, name in enumerate(names) if name in MINUTES_COLUMNS), None)
    cells = [row for row in rows if any(cell.strip() for cell in row)]
    if len(cells) > MOST_ROWS:
        raise Invalid({"file": [f"More than {MOST_ROWS} rows."]})
    return _gather([(_cell(row, email), None if minutes is None else _cell(row, minutes)) for row in cells])


def _cell(row: list[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _gather(rows: list[tuple[str, object]]) -> Report:
    minutes: dict[str, int | None] = {}
    nameless = 0
    for address, spent in rows:
        try:
            email = fold_email(address)
        except Invalid:
            nameless += 1
            continue
        before = minutes.get(email)
        minutes[email] = before if spent is None else (before or 0) + _number(spent)
    return Report(minutes, len(rows), nameless)


def _number(written: object) -> int:
    """Whole minutes; platforms write `--` for somebody who did not come."""
    try:
        return max(round(float(str(written).strip().removeprefix("--") or 0)), 0)
    except (ValueError, OverflowError):
        raise Invalid({"file": ["A duration is no number of minutes."]}) from None
