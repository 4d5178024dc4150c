"""Attendance reports of webinar platforms, read into minutes per address.

Zoom's participant report is CSV with a line per join: `Name (Original Name)`, `User Email`, `Join Time`, `Leave
Time`, `Duration (Minutes)`, sometimes after a preamble about the meeting. Columns are found by their names, wherever
they stand.
"""

import csv
import io
from collections import Counter
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
    rows = list(csv.reader(io.StringIO(_decode(content))))
    for number, row in enumerate(rows):
        names = [name.strip().lower() for name in row]
        if EMAIL_COLUMNS & set(names):
            return _read_rows(names, rows[number + 1 :])
    raise Invalid({"file": ["No column of email addresses was found."]})


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


def _read_rows(names: list[str], rows: list[list[str]]) -> Report:
    email = next(place for place, name in enumerate(names) if name in EMAIL_COLUMNS)
    minutes = next((place for place, name in enumerate(names) if name in MINUTES_COLUMNS), None)
    cells = [row for row in rows if any(cell.strip() for cell in row)]
    if len(cells) > MOST_ROWS:
        raise Invalid({"file": [f"More than {MOST_ROWS} rows."]})
    return _gather(
        [
            (row[email] if email < len(row) else "", _number(row[minutes]) if minutes is not None else None)
            for row in cells
        ]
    )


def _number(cell: str) -> int:
    try:
        return max(round(float(cell.strip() or 0)), 0)
    except (ValueError, OverflowError):
        raise Invalid({"file": ["A duration is no number of minutes."]}) from None


def _gather(rows: list[tuple[str, object]]) -> Report:
    sums: Counter[str] = Counter()
    measured: set[str] = set()
    nameless = 0
    for address, minutes in rows:
        try:
            email = fold_email(address)
        except Invalid:
            nameless += 1
            continue
        sums[email] += int(str(minutes)) if minutes is not None else 0
        if minutes is not None:
            measured.add(email)
    return Report({email: sums[email] if email in measured else None for email in sums}, len(rows), nameless)
