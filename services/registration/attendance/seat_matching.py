"""Match the rows of a report to people with a seat: by address, else by a name that one of them alone has."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from services.registration.attendance.queries import Seated
from services.registration.attendance_reports.report_rows import ReportRow
from services.registration.people.domain import fold_name


@dataclass(frozen=True)
class Matches:
    """Rows by the person they are about, and rows of people without a seat, grouped as one person's each."""

    by_person: dict[UUID, list[ReportRow]]
    unmatched: list[list[ReportRow]]


def match_rows(rows: Iterable[ReportRow], seated: list[Seated], known_emails: Collection[str]) -> Matches:
    """Match rows to people with a seat; likeness proves nothing.

    `known_emails` are those of the rows that belong to somebody: a row with one is that person's, and not that of a
    namesake who has a seat.
    """
    by_email = {one.email: one.person_id for one in seated}
    by_name: dict[str, set[UUID]] = defaultdict(set)
    for one in seated:
        by_name[fold_name(one.name)].add(one.person_id)
    by_person: dict[UUID, list[ReportRow]] = defaultdict(list)
    unmatched: dict[str, list[ReportRow]] = defaultdict(list)
    for row in rows:
        person = next((by_email[email] for email in row.emails if email in by_email), None)
        if person is None and not set(row.emails) & set(known_emails):
            person = _find_by_name(row, by_name)
        if person is None:
            unmatched[next(iter(row.emails), "") or fold_name(row.shown) or row.shown].append(row)
        else:
            by_person[person].append(row)
    return Matches(dict(by_person), list(unmatched.values()))


def _find_by_name(row: ReportRow, by_name: dict[str, set[UUID]]) -> UUID | None:
    """Returns the one person with a seat who has one of the row's names, or None if it is nobody or several."""
    found = set[UUID]().union(*(by_name.get(fold_name(name), set()) for name in _name_forms(row)))
    return found.pop() if len(found) == 1 else None


def _name_forms(row: ReportRow) -> list[str]:
    """Returns the row's names, and the original ones that platforms add in brackets: `Annie (Ann Adams)`."""
    originals = [found[1] for name in row.names if (found := re.search(r"\((.+)\)", name))]
    return [*row.names, *originals]
