"""The waiting list: promotions, offers and their end."""

from uuid import UUID

from psycopg import Connection

from services.registration.seats.queries import Registration
from shared.database import execute, fetch_value


def promote(conn: Connection, session_id: UUID, *, cause: str) -> list[UUID]:
    """Give every free seat to the head of the waiting list, or offer it if staff have set hours for offers; return who
    got one, in order. Nobody does once registration has closed or the session has begun.

    The caller holds the seats' lock.
    """
    sql = """
        WITH head AS (
            SELECT id, row_number() OVER (ORDER BY joined) AS place
              FROM registrations
             WHERE session_id = %(session_id)s AND status = 'waitlisted'
             ORDER BY joined
             LIMIT (SELECT CASE WHEN sessions.status IN ('planned', 'scheduled')
                                 AND coalesce(least(closes_at, starts_at), 'infinity') > programme_now()
                                THEN greatest(coalesce(seats.capacity, 2147483647) - taken, 0) ELSE 0 END
                      FROM seats JOIN sessions ON sessions.id = session_id
                     WHERE session_id = %(session_id)s)
        ), offer AS (
            SELECT least(programme_now() + make_interval(hours => offer_hours), closes_at, starts_at) AS until
              FROM rules JOIN sessions ON sessions.id = session_id
             WHERE session_id = %(session_id)s AND offer_hours IS NOT NULL
        ), promoted AS (
            UPDATE registrations
               SET status = CASE WHEN until IS NULL THEN 'confirmed' ELSE 'offered' END, offered_until = until,
                   revision = next_revision(revision)
              FROM head LEFT JOIN offer ON true
             WHERE registrations.id = head.id
        ), counted AS (
            UPDATE seats
               SET taken = taken + number, waitlisted = waitlisted - number, entries = entries + number
              FROM (SELECT count(*)::int AS number FROM head) AS given
             WHERE session_id = %(session_id)s AND number > 0
            RETURNING entries - number AS entry, taken - number AS taken
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entry + place, 1, taken + place, %(cause)s, id FROM head, counted
        )
        SELECT id FROM head ORDER BY place
    """
    return [row[0] for row in conn.execute(sql, {"session_id": session_id, "cause": cause})]


def seat_by_hand(conn: Connection, session_id: UUID, id: UUID) -> None:
    """Give somebody who waits a seat, whoever else waits and be one free or not. The caller holds the seats' lock."""
    sql = """
        WITH seated AS (
            UPDATE registrations SET status = 'confirmed', revision = next_revision(revision)
             WHERE id = %(id)s AND session_id = %(session_id)s AND status = 'waitlisted'
            RETURNING id
        ), counted AS (
            UPDATE seats
               SET taken = taken + 1, waitlisted = waitlisted - 1, entries = entries + 1,
                   ceiling = greatest(ceiling, taken + 1)
              FROM seated WHERE session_id = %(session_id)s
            RETURNING entries, taken
        )
        INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
        SELECT %(session_id)s, entries, 1, taken, 'seated by staff', id FROM seated, counted
    """
    execute(conn, sql, session_id=session_id, id=id)


def has_free_seat(conn: Connection, session_id: UUID) -> bool:
    sql = "SELECT taken < coalesce(capacity, 2147483647) FROM seats WHERE session_id = %(session_id)s"
    return bool(fetch_value(conn, sql, session_id=session_id))


def confirm_offer(conn: Connection, id: UUID) -> None:
    """Make an offered seat theirs; it is counted as taken already. The caller holds the seats' lock."""
    sql = """
        UPDATE registrations SET status = 'confirmed', offered_until = NULL, revision = next_revision(revision)
         WHERE id = %(id)s AND status = 'offered'
    """
    execute(conn, sql, id=id)


def has_lapsed(conn: Connection, registration: Registration) -> bool:
    """Whether a seat was offered to this registration, and passed on since it was not accepted."""
    sql = """
        SELECT EXISTS (SELECT FROM seat_ledger
                        WHERE session_id = %(session_id)s AND registration_id = %(id)s
                          AND cause = 'offer not accepted in time')
    """
    return fetch_value(conn, sql, session_id=registration.session_id, id=registration.id)


def select_lapsed(conn: Connection, *, limit: int) -> list[tuple[UUID, UUID]]:
    """Session and registration of offers whose time is over, the oldest first; it is over once the session begins,
    also where that is earlier by now than it was to be when the seat was offered.
    """
    sql = """
        SELECT session_id, registrations.id FROM registrations JOIN sessions ON sessions.id = session_id
         WHERE registrations.status = 'offered' AND least(offered_until, starts_at) <= programme_now()
         ORDER BY offered_until, registrations.id LIMIT %(limit)s
    """
    return conn.execute(sql, {"limit": limit}).fetchall()
