"""Who was there, and who watched."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.attendance import queries
from services.registration.attendance.queries import Seated
from services.registration.availability import domain as availability
from services.registration.catalog_projection import domain as projection
from services.registration.catalog_projection import queries as copy
from services.registration.catalog_projection.queries import Session
from services.registration.completion import domain as completion
from services.registration.people import queries as people
from services.registration.people.domain import Erased, fold_name
from services.registration.registrations import domain as registrations
from services.registration.seats.check_in_codes import fold_code
from services.registration.seats.queries import Registration
from shared.errors import Conflict, Gone, NotFound
from shared.events import registration as events
from shared.messaging import outbox

# A view counts once so much of the recording was watched.
SUFFICIENT = 0.8

# A heartbeat speaks for what could be played since the one before, at double speed, and for no more than this many
# seconds before its own position.
FASTEST = 2.0
LONGEST_SPAN = 600

# So many of those without a seat, or of one name, are named.
MOST_NAMED = 100


# So long before a session begins, and until it is over, it is noted who entered it.
EARLY = timedelta(minutes=30)
# So long before a workshop begins its door is open.
DOOR = timedelta(hours=12)


@dataclass(frozen=True)
class Arrival:
    """Who was checked in, and whether they had been before; else those among whom staff must choose."""

    who: Seated | None
    again: bool = False
    candidates: tuple[Seated, ...] = ()


def describe_seats(conn: Connection, session: Session) -> dict[str, Any]:
    """Describe how full a session is and how many people attended it. Raises NotFound."""
    return {**availability.describe(conn, session), "attended": queries.count_attended(conn, session.id)}


def mark(conn: Connection, id: UUID, *, attended: bool, minutes: int | None) -> Registration:
    """Record by hand whether somebody who is registered was there; nothing overrides it. Raises NotFound, or Conflict
    before the session.
    """
    registration = registrations.get(conn, id)
    session = projection.find_session(conn, registration.session_slug)
    check_begun(session)
    record(conn, session, {registration.person_id: (attended, minutes)}, source="staff")
    return registration


def check_in(conn: Connection, slug: str, *, code: str | None, name: str | None) -> Arrival:
    """Let somebody in at the door, by the code of their registration or by (a part of) their name; again changes
    nothing. Nobody is let in where several have that name: the candidates are told.

    Raises NotFound (also where nobody with a seat is meant), or Conflict long before or after the session.
    """
    session = projection.find_session(conn, slug)
    if session.starts_at is None or session.now < session.starts_at - DOOR:
        raise Conflict("The door is not open yet.", problem="session-not-begun")
    seated = queries.select_seated(conn, session.id)
    found = _find(seated, code=code, name=name)
    if not found:
        raise NotFound("Nobody with a seat has this name or code.")
    if len(found) > 1:
        return Arrival(None, candidates=tuple(found[:MOST_NAMED]))
    [who] = found
    again = queries.select_joined_at(conn, session.id, who.person_id) is not None
    record(conn, session, {who.person_id: (True, None)}, source="door")
    return Arrival(who, again=again)


def look_in(conn: Connection, registration_id: UUID) -> tuple[Session, str]:
    """The online session in which somebody has a seat, and where it is entered. Raises NotFound, Conflict (no-seat), or
    Gone where the session is over or cancelled.
    """
    registration = registrations.get(conn, registration_id)
    session = projection.find_session(conn, registration.session_slug)
    if session.status == "cancelled" or (session.ends_at and session.now > session.ends_at):
        raise Gone("This session is over.", problem="session-over")
    if registration.status != "confirmed":
        raise Conflict("You have no seat in this session.", problem="no-seat")
    if not session.join_url:
        raise NotFound("This session has no address to join at yet.")
    return session, session.join_url


def enter(conn: Connection, registration_id: UUID) -> str:
    """Where somebody with a seat enters an online session. From half an hour before it begins it is noted when they
    first did, for staff to see; it is no proof that they were there. Raises what `look_in` raises.
    """
    session, address = look_in(conn, registration_id)
    if session.starts_at and session.now >= session.starts_at - EARLY:
        queries.mark_opened(conn, registration_id)
    return address


def watch(conn: Connection, slug: str, person_id: UUID, *, position: int) -> tuple[int, int, bool]:
    """Take a heartbeat of a player: seconds watched, of how many, and whether that counts as viewed.

    The part since the heartbeat before counts if it could really have been played in the time since, its last minute
    at most: skipping ahead, going back and repeating a heartbeat add nothing. Raises NotFound where there is no
    recording, or Gone where the person was erased.
    """
    session = projection.find_session(conn, slug)
    duration = copy.select_recording_seconds(conn, session.id)
    if duration is None or person_id not in people.select_many(conn, [person_id]):
        raise NotFound("There is no recording of this session.")
    if not people.share_living(conn, person_id):
        raise Erased
    end = min(position, duration)
    view = queries.lock_view(conn, session.id, person_id, id=uuid7(), position=end)
    playable = 0 < end - view.last_position <= view.elapsed_seconds * FASTEST
    begin = max(view.last_position, end - LONGEST_SPAN) if playable else end
    watched = queries.update_view(conn, view.id, begin=begin, end=end)
    viewed = view.viewed or watched >= duration * SUFFICIENT
    if viewed and not view.viewed:
        _count(conn, view, watched, duration)
    return watched, duration, viewed


def _find(seated: list[Seated], *, code: str | None, name: str | None) -> list[Seated]:
    if code is not None:
        return [one for one in seated if one.code == fold_code(code)]
    sought = fold_name(name or "")
    exact = [one for one in seated if fold_name(one.name) == sought]
    return exact or [one for one in seated if sought and sought in fold_name(one.name)]


def check_begun(session: Session) -> None:
    """Raises Conflict before the session begins."""
    if session.starts_at is None or session.now < session.starts_at:
        raise Conflict("This session has not begun yet.", problem="session-not-begun")


def record(conn: Connection, session: Session, presences: dict[UUID, tuple[bool, int | None]], *, source: str) -> int:
    """Record attendance, publish it, and complete series; returns how many people's attendance changed."""
    changed = queries.upsert_attendance(conn, session.id, presences, source=source)
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
    return len(changed)


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
