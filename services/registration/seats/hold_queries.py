"""Seats held for a group. The caller holds the lock of the seats' row."""

from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_value


def hold(conn: Connection, session_id: UUID, group_id: UUID, *, most: int, spare: int) -> int:
    """Count at most `most` free seats as taken for a group, and leave `spare` free; how many. None where people wait,
    or where seats are not limited. The caller holds the seats' lock.
    """
    sql = """
        WITH free AS (
            SELECT least(%(most)s, ceiling - taken - %(spare)s) AS number FROM seats
             WHERE session_id = %(session_id)s AND capacity IS NOT NULL AND waitlisted = 0
        ), place AS (
            UPDATE seats SET taken = taken + number, held = held + number, entries = entries + number
              FROM free WHERE session_id = %(session_id)s AND number > 0
            RETURNING entries - number AS entry, taken - number AS taken, number
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, group_id)
            SELECT %(session_id)s, entry + step, 1, taken + step, 'held for a group', %(group_id)s
              FROM place, generate_series(1, number) AS step
        )
        SELECT coalesce((SELECT number FROM place), 0)
    """
    return fetch_value(conn, sql, session_id=session_id, group_id=group_id, most=most, spare=spare)


def release_held(conn: Connection, session_id: UUID, group_id: UUID, *, number: int, cause: str) -> None:
    """Count these seats of a group as free again. The caller holds the seats' lock."""
    sql = """
        WITH place AS (
            UPDATE seats
               SET taken = taken - %(number)s, held = held - %(number)s, entries = entries + %(number)s,
                   ceiling = greatest(coalesce(capacity, 2147483647), taken - %(number)s)
             WHERE session_id = %(session_id)s
            RETURNING entries - %(number)s AS entry, taken + %(number)s AS taken
        )
        INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, group_id)
        SELECT %(session_id)s, entry + step, -1, taken - step, %(cause)s, %(group_id)s
          FROM place, generate_series(1, %(number)s) AS step
    """
    execute(conn, sql, session_id=session_id, group_id=group_id, number=number, cause=cause)
