"""Who was there, and who watched."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.attendance import queries
from services.registration.attendance.reports import Report
from services.registration.completion import domain as completion
from services.registration.people import queries as people
from services.registration.programme import domain as programme
from services.registration.programme import queries as copy
from shared.errors import Conflict, NotFound
from shared.events import registration as events
from shared.messaging import outbox

# A view counts once so much of the recording was watched.
SUFFICIENT = 0.8

# A heartbeat speaks for what could be played since the one before, at double speed, and for no more than this many
# seconds before its own position.
FASTEST = 2.0
LONGEST_SPAN = 600


@dataclass(frozen=True)
class Applied:
    """What became of a report: people matched to a seat, rows of people without one, further rows of the same person,
    changes made.
    """

    matched: int
    unmatched: int
    duplicates: int
    changed: int


def apply_report(conn: Connection, slug: str, report: Report, *, least_minutes: int) -> Applied:
    """Record attendance from a platform's report; the same report again changes nothing. Raises NotFound, or Conflict
    before the session.
    """
    session = programme.find_session(conn, slug)
    if session.starts_at is None or session.now < session.starts_at:
        raise Conflict("This session has not begun yet.", problem="session-not-begun")
    registered = queries.select_registered(conn, session.id)
    matched = {registered[email]: spent for email, spent in report.minutes.items() if email in registered}
    changed = queries.upsert_attendance(conn, session.id, matched, least=least_minutes)
    outbox.add(
        conn,
        *[
            events.AttendanceRecorded(
                attendance=events.Attendance(
                    id=record.id,
                    revision=record.revision,
                    session_id=session.id,
                    person_id=record.person_id,
                    minutes=record.minutes,
                    attended=record.attended,
                )
            )
            for record in changed
        ],
    )
    completion.evaluate_people(conn, session.id, [record.person_id for record in changed if record.attended])
    return Applied(
        matched=len(matched),
        unmatched=len(report.minutes) - len(matched) + report.nameless,
        duplicates=report.duplicates,
        changed=len(changed),
    )


def watch(conn: Connection, slug: str, person_id: UUID, *, position: int) -> tuple[int, int, bool]:
    """Take a heartbeat of a player: seconds watched, of how many, and whether that counts as viewed.

    The part since the heartbeat before counts if it could really have been played in the time since, its last minute
    at most: skipping ahead, going back and repeating a heartbeat add nothing. Raises NotFound where there is no
    recording.
    """
    session = programme.find_session(conn, slug)
    duration = copy.select_recording_seconds(conn, session.id)
    if duration is None or person_id not in people.select_many(conn, [person_id]):
        raise NotFound("There is no recording of this session.")
    end = min(position, duration)
    view = queries.lock_view(conn, session.id, person_id, id=uuid7(), position=end)
    playable = 0 < end - view.last_position <= view.elapsed_seconds * FASTEST
    begin = max(view.last_position, end - LONGEST_SPAN) if playable else end
    watched = queries.update_view(conn, view.id, begin=begin, end=end)
    viewed = view.viewed or watched >= duration * SUFFICIENT
    if viewed and not view.viewed:
        _count(conn, view, watched, duration)
    return watched, duration, viewed


def _count(conn: Connection, view: queries.View, watched: int, duration: int) -> None:
    queries.mark_viewed(conn, view.id)
    state = events.View(
        id=view.id,
        revision=1,
        session_id=view.session_id,
        person_id=view.person_id,
        watched_seconds=watched,
        duration_seconds=duration,
    )
    outbox.add(conn, events.RecordingViewed(view=state))
    completion.evaluate_people(conn, view.session_id, [view.person_id])
