"""Apply a platform's report: match its rows to seats, judge the time in the session, and record attendance."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from services.registration.attendance import domain, queries
from services.registration.attendance.queries import Seated
from services.registration.attendance.seat_matching import Matches, match_rows
from services.registration.attendance_reports.presence import judge_presence, misses_session
from services.registration.attendance_reports.report_rows import IgnoredRow, Report, Window
from services.registration.catalog_projection import domain as projection
from services.registration.catalog_projection import queries as copy
from services.registration.people import queries as people
from shared.date_labels import label_moment
from shared.errors import Invalid

# So many people and rows are listed.
MOST_NAMED = 100


@dataclass(frozen=True)
class PresenceRead:
    """What a report says of one person with a seat, and in which lines of the file."""

    name: str
    email: str
    lines: list[int]
    attended: bool
    minutes: int | None


@dataclass(frozen=True)
class Applied:
    """What became of a report.

    People matched to a seat, people and rows without one, further rows of the same person, changes made, and how many
    of those matched are said not to have come. `read` tells for each person what was read from which lines;
    `without_seat` names those without a seat and `ignored` the rows that say nothing, each the first ones.
    """

    matched: int
    unmatched: int
    duplicates: int
    changed: int
    said_absent: int
    without_seat: list[str]
    ignored: list[IgnoredRow]
    read: list[PresenceRead]


def find_window(conn: Connection, slug: str) -> Window:
    """Returns when a session takes place, in its own zone; without a known end it lasts a day.

    Raises NotFound, or Conflict before it begins.
    """
    session = projection.find_session(conn, slug)
    domain.check_begun(session)
    assert session.starts_at
    zone = ZoneInfo(copy.select_occasions(conn, [slug])[slug].timezone or "UTC")
    return Window(session.starts_at, session.ends_at or session.starts_at + timedelta(days=1), zone)


def apply_report(conn: Connection, slug: str, report: Report, *, least_minutes: int) -> Applied:
    """Record attendance from a platform's report; the same report again changes nothing. Raises NotFound, or Conflict
    before the session.

    Raises Invalid if no time in it lies in the session. People are found by address, else by a name that one person
    alone of those with a seat has.
    """
    session, window = projection.find_session(conn, slug), find_window(conn, slug)
    if not report.zone_given and misses_session(report.rows, window):
        raise Invalid({"file": [_describe_miss(window)]})
    seated = queries.select_seated(conn, session.id)
    addresses = sorted({email for row in report.rows for email in row.emails})
    matches = match_rows(report.rows, seated, people.select_known_emails(conn, addresses))
    found = {person: judge_presence(rows, window) for person, rows in matches.by_person.items()}
    presences = {
        person: (one.came and (one.minutes is None or one.minutes >= least_minutes), one.minutes)
        for person, one in found.items()
    }
    changed = domain.record(conn, session, presences, source="report")
    strangers = [rows[0].shown_address or rows[0].shown for rows in matches.unmatched]
    return Applied(
        matched=len(found),
        unmatched=len(strangers) + len(report.ignored),
        duplicates=len(report.rows) - len(found) - len(strangers),
        changed=changed,
        said_absent=sum(all(row.said is False for row in rows) for rows in matches.by_person.values()),
        without_seat=strangers[:MOST_NAMED],
        ignored=report.ignored[:MOST_NAMED],
        read=_list_read(seated, matches, presences),
    )


def _describe_miss(window: Window) -> str:
    zone = str(window.zone)
    return (
        f"Nobody in this report was there between {label_moment(window.starts_at, zone)} and"
        f" {label_moment(window.ends_at, zone)}. It may be of another session, or its times are in another time zone:"
        " then say which one."
    )


def _list_read(
    seated: list[Seated], matches: Matches, presences: dict[UUID, tuple[bool, int | None]]
) -> list[PresenceRead]:
    by_id = {one.person_id: one for one in seated}
    return [
        PresenceRead(by_id[person].name, by_id[person].email, [row.line for row in rows], *presences[person])
        for person, rows in list(matches.by_person.items())[:MOST_NAMED]
    ]
