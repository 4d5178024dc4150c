"""Releasing the seats and places in line of canceled registrations."""

from uuid import UUID

from psycopg import Connection


def release(conn: Connection, session_id: UUID, ids: list[UUID], *, cause: str) -> dict[UUID, str]:
    """Give up these registrations' seats and places in line; what each had, of those that had any.

    The caller holds the seats' lock.
    """
    sql = """
        WITH held AS (
            SELECT id, status, status <> 'waitlisted' AS seated,
                   row_number() OVER (PARTITION BY status <> 'waitlisted' ORDER BY joined) AS number
              FROM registrations
             WHERE id = ANY(%(ids)s) AND session_id = %(session_id)s AND status <> 'cancelled'
        ), cancelled AS (
            UPDATE registrations SET status = 'cancelled', offered_until = NULL, revision = next_revision(revision)
             WHERE id IN (SELECT id FROM held)
        ), counted AS (
            SELECT count(*) FILTER (WHERE seated)::int AS seats, count(*) FILTER (WHERE NOT seated)::int AS waiting
              FROM held
        ), place AS (
            UPDATE seats
               SET taken = taken - seats, waitlisted = waitlisted - waiting, entries = entries + seats,
                   ceiling = greatest(coalesce(capacity, 2147483647), taken - seats)
              FROM counted
             WHERE session_id = %(session_id)s
            RETURNING entries - seats AS entry, taken + seats AS taken
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entry + number, -1, taken - number, %(cause)s, id
              FROM held, place WHERE seated
        )
        SELECT id, status FROM held
    """
    return dict(conn.execute(sql, {"ids": ids, "session_id": session_id, "cause": cause}).fetchall())
