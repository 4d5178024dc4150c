"""How full sessions are. All of it reads `seats` without locking it, so that nobody who takes a seat waits for it."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from shared.database import fetch, fetch_value


@dataclass(frozen=True)
class Availability:
    """The seats of a session, as they were told for the `revision`th time."""

    session_id: UUID
    session_slug: str
    revision: int
    capacity: int | None
    taken: int
    waitlisted: int


@dataclass(frozen=True)
class Seats:
    session_id: UUID
    capacity: int | None
    taken: int
    waitlisted: int


@dataclass(frozen=True)
class Disagreement:
    """What a session's row in `seats` and the last entry of its ledger say, and how many registrations there are."""

    session_id: UUID
    taken: int
    ledger: int
    confirmed: int
    waitlisted: int
    waiting: int
    undersold: bool


def select_seats(conn: Connection, session_ids: list[UUID]) -> dict[UUID, Seats]:
    """The seats of these sessions, by their ids."""
    sql = "SELECT session_id, capacity, taken, waitlisted FROM seats WHERE session_id = ANY(%(session_ids)s)"
    return {seats.session_id: seats for seats in fetch(conn, Seats, sql, session_ids=session_ids)}


def raise_availability(conn: Connection, session_id: UUID) -> int | None:
    """Give what was told of a session's seats its next revision; None where nothing was told of it."""
    sql = """
        UPDATE availability SET revision = next_revision(revision) WHERE session_id = %(session_id)s RETURNING revision
    """
    return fetch_value(conn, sql, session_id=session_id)


def upsert_changed(conn: Connection, *, limit: int, seconds: float) -> list[Availability]:
    """Note as told what differs from what was told last, and that not within these seconds; each with its revision."""
    sql = """
        WITH noted AS (
            INSERT INTO availability AS told (session_id, revision, capacity, taken, waitlisted)
            SELECT session_id, next_revision(0), seats.capacity, seats.taken, seats.waitlisted
              FROM seats LEFT JOIN availability AS last USING (session_id)
             WHERE last.session_id IS NULL
                OR ((seats.capacity, seats.taken, seats.waitlisted)
                    IS DISTINCT FROM (last.capacity, last.taken, last.waitlisted)
                    AND last.told_at <= clock_timestamp() - make_interval(secs => %(seconds)s))
             ORDER BY last.told_at NULLS FIRST, session_id
             LIMIT %(limit)s
            ON CONFLICT (session_id) DO UPDATE
               SET revision = next_revision(told.revision), capacity = excluded.capacity, taken = excluded.taken,
                   waitlisted = excluded.waitlisted, told_at = clock_timestamp()
             WHERE told.told_at <= clock_timestamp() - make_interval(secs => %(seconds)s)
            RETURNING session_id, revision, capacity, taken, waitlisted
        )
        SELECT session_id, slug AS session_slug, noted.revision, capacity, taken, waitlisted
          FROM noted JOIN sessions ON sessions.id = session_id
    """
    return fetch(conn, Availability, sql, limit=limit, seconds=seconds)


@dataclass(frozen=True)
class Upcoming:
    """Sessions to come by whether they have seats left, and their seats together; `waiting` are people."""

    with_seats: int
    full: int
    unlimited: int
    taken: int
    free: int
    waiting: int


def count_seats(conn: Connection) -> Upcoming:
    """The sessions that are still to come, and their seats."""
    sql = """
        SELECT count(*) FILTER (WHERE taken < capacity) AS with_seats,
               count(*) FILTER (WHERE taken >= capacity) AS full,
               count(*) FILTER (WHERE capacity IS NULL) AS unlimited,
               coalesce(sum(taken), 0)::bigint AS taken,
               coalesce(sum(greatest(capacity - taken, 0)), 0)::bigint AS free,
               coalesce(sum(waitlisted), 0)::bigint AS waiting
          FROM seats JOIN sessions ON sessions.id = session_id
         WHERE status IN ('planned', 'scheduled') AND (starts_at IS NULL OR starts_at > programme_now())
    """
    return fetch(conn, Upcoming, sql)[0]


def select_disagreements(conn: Connection) -> list[Disagreement]:
    """Sessions to come whose counts are not those of their registrations, or that leave a seat empty while people
    wait and registration is open. There should never be any.
    """
    sql = """
        SELECT seats.session_id, taken, ledger, confirmed, waitlisted, waiting,
               waiting > 0 AND taken < coalesce(capacity, 2147483647) AND open AS undersold
          FROM seats
          JOIN sessions ON sessions.id = seats.session_id AND sessions.status IN ('planned', 'scheduled')
         CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE status IN ('confirmed', 'offered'))::int AS confirmed,
                                    count(*) FILTER (WHERE status = 'waitlisted')::int AS waiting
                               FROM registrations
                              WHERE session_id = seats.session_id AND status <> 'cancelled') AS counted
         CROSS JOIN LATERAL (SELECT coalesce(least(closes_at, starts_at), 'infinity') > programme_now() AS open) AS gate
         CROSS JOIN LATERAL (SELECT coalesce(max(taken_after), 0) AS ledger FROM seat_ledger
                              WHERE session_id = seats.session_id AND entry = seats.entries) AS last
         WHERE (taken, taken, waitlisted) <> (confirmed + held, ledger, waiting)
            OR (waiting > 0 AND taken < coalesce(capacity, 2147483647) AND open)
         ORDER BY seats.session_id
    """
    return fetch(conn, Disagreement, sql)
