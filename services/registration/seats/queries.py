"""Seats and their ledger. Whoever changes a seat holds its row's lock first, so the ledger and the waiting list are
numbered without gaps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from services.registration.catalog_projection.queries import Session
from services.registration.check_in_codes import make_code
from services.registration.registrations.queries import Registration
from services.registration.rules.queries import Terms
from shared import limits
from shared.database import execute, fetch_one, fetch_value
from shared.limits import Charge


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who registers; `email` is folded. `accommodations` and `note` are for staff alone, `registered_by` is the person
    who did it for them.
    """

    email: str
    name: str
    library: dict[str, Any]
    job_title: str | None = None
    accommodations: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    note: str | None = None
    timezone: str | None = None
    registered_by: UUID | None = None


def lock_seats(conn: Connection, session_ids: list[UUID]) -> None:
    """Let nobody else change these sessions' seats until the transaction ends. Locked in one order, so that nobody
    waits in a circle.
    """
    sql = "SELECT FROM seats WHERE session_id = ANY(%(session_ids)s) ORDER BY session_id FOR UPDATE"
    execute(conn, sql, session_ids=session_ids)


def upsert_seats(conn: Connection, session_id: UUID, *, session_revision: int, capacity: int | None) -> None:
    """Follow a session to its next revision, and lock its seats. Those taken stay taken, also where there are fewer
    now.
    """
    sql = """
        INSERT INTO seats (session_id, session_revision, capacity, ceiling)
        VALUES (%(session_id)s, %(session_revision)s, %(capacity)s, coalesce(%(capacity)s, 2147483647))
        ON CONFLICT (session_id) DO UPDATE
           SET session_revision = excluded.session_revision, capacity = excluded.capacity,
               ceiling = greatest(excluded.ceiling, seats.taken)
    """
    execute(conn, sql, session_id=session_id, session_revision=session_revision, capacity=capacity)


def take_place(
    conn: Connection,
    session: Session,
    applicant: Applicant,
    *,
    id: UUID,
    person_id: UUID,
    over_capacity: bool = False,
    cause: str = "registered",
) -> Registration | None:
    """Take a seat, or the next place in line where none is free or others wait; None where the session is no longer as
    it was judged. `over_capacity` takes a seat in any case.

    One statement, since the seats are locked from it to the commit; waiting for that lock, it sees them as they are
    then. `person_id` is for a person who is not known yet; whoever is keeps their name, since a form is anybody's claim
    about an address. Violates `registrations_one_active` where this person has a place that
    `select_active` did not see yet.
    """
    sql = """
        WITH place AS (
            UPDATE seats
               SET taken = taken + (%(over)s OR (taken < ceiling AND waitlisted = 0))::int,
                   entries = entries + (%(over)s OR (taken < ceiling AND waitlisted = 0))::int,
                   ceiling = CASE WHEN %(over)s THEN greatest(ceiling, taken + 1) ELSE ceiling END,
                   waitlisted = waitlisted + (NOT %(over)s AND (taken >= ceiling OR waitlisted > 0))::int,
                   joined = joined + 1
             WHERE session_id = %(session_id)s AND session_revision = %(session_revision)s
            RETURNING joined, entries, taken, waitlisted, %(over)s OR waitlisted = 0 AS seated
        ), person AS (
            INSERT INTO people (id, email, name) SELECT %(person_id)s, %(email)s, %(name)s FROM place
            ON CONFLICT (email) DO UPDATE SET name = people.name
            RETURNING id, email, name, generation
        ), registration AS (
            INSERT INTO registrations (id, session_id, person_id, status, joined, job_title, library, accommodations,
                                       answers, note, timezone, registered_by, code)
            SELECT %(id)s, %(session_id)s, person.id, CASE WHEN seated THEN 'confirmed' ELSE 'waitlisted' END,
                   joined, %(job_title)s, %(library)s::jsonb, %(accommodations)s, %(answers)s::jsonb, %(note)s,
                   %(timezone)s, nullif(%(registered_by)s::uuid, person.id), %(code)s
              FROM place, person
            RETURNING id, revision, session_id, status, joined, person_id, job_title, library, registered_at,
                      accommodations, answers, note, offered_until, timezone, code
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entries, 1, taken, %(cause)s, %(id)s FROM place WHERE seated
        )
        SELECT registration.*, %(session_slug)s::text AS session_slug, email, name, generation,
               greatest(%(starts_at)s::timestamptz, %(ends_at)s::timestamptz) + interval '30 days' AS links_end_at,
               CASE WHEN NOT seated THEN waitlisted END AS position,
               (SELECT name FROM people AS by WHERE by.id = nullif(%(registered_by)s::uuid, person_id)) AS registered_by
          FROM registration, person, place
    """
    return fetch_one(
        conn,
        Registration,
        sql,
        id=id,
        session_id=session.id,
        session_revision=session.revision,
        session_slug=session.slug,
        person_id=person_id,
        email=applicant.email,
        name=applicant.name,
        job_title=applicant.job_title,
        library=orjson.dumps(applicant.library).decode(),
        accommodations=applicant.accommodations,
        answers=orjson.dumps(applicant.answers).decode(),
        note=applicant.note,
        timezone=applicant.timezone,
        registered_by=applicant.registered_by,
        code=make_code(),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        over=over_capacity,
        cause=cause,
    )


def take_free_seat(
    conn: Connection,
    terms: Terms,
    applicant: Applicant,
    *,
    id: UUID,
    person_id: UUID,
    opens_at: datetime | None,
    closes_at: datetime | None,
    event: dict[str, Any],
    kept: dict[str, Any],
    charges: Sequence[Charge],
) -> bool:
    """Take a seat that is free, record the event and keep the answer for the request's key; nothing of it, and False,
    where none is free or the session, its rules or its series are no longer as they were judged.

    One statement, so one way to the database and back. `event` is the document of the event for a person who is not
    known yet; whoever is keeps their id and name in it, and the moment is put in. `opens_at` and `closes_at` bound when
    it may be; `kept` is the row of the request's key; `charges` are counted, which `limits.refusals` is to watch.
    Violates `registrations_one_active` where this person has a place, and `idempotency_keys_pkey` where the key was
    used.
    """
    sql = """
        WITH place AS (
            UPDATE seats SET taken = taken + 1, entries = entries + 1, joined = joined + 1
             WHERE session_id = %(session_id)s AND session_revision = %(session_revision)s
               AND taken < ceiling AND waitlisted = 0
               AND programme_now() >= coalesce(%(opens_at)s, '-infinity'::timestamptz)
               AND programme_now() < coalesce(%(closes_at)s, 'infinity'::timestamptz)
               AND %(rules_revision)s
                   = coalesce((SELECT revision FROM rules WHERE rules.session_id = %(session_id)s), 0)
               AND %(series_revision)s
                   = coalesce((SELECT max(revision) FROM series WHERE slug = %(series_slug)s), 0)
            RETURNING joined, entries, taken
        ), person AS (
            INSERT INTO people (id, email, name) SELECT %(person_id)s, %(email)s, %(name)s FROM place
            ON CONFLICT (email) DO UPDATE SET name = people.name
            RETURNING id, email, name, generation
        ), registration AS (
            INSERT INTO registrations (id, session_id, person_id, status, joined, job_title, library, accommodations,
                                       answers, timezone, code)
            SELECT %(id)s, %(session_id)s, person.id, 'confirmed', joined, %(job_title)s, %(library)s::jsonb,
                   %(accommodations)s, %(answers)s::jsonb, %(timezone)s, %(code)s
              FROM place, person
            RETURNING registered_at
        ), ledger AS (
            INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
            SELECT %(session_id)s, entries, 1, taken, 'registered', %(id)s FROM place
        ), event AS (
            INSERT INTO outbox (event_id, type, aggregate, subject, sequence, document)
            SELECT %(event_id)s, %(type)s, 'registration', %(id)s::text, 1,
                   jsonb_set(%(document)s::jsonb, '{data,registration}',
                             %(document)s::jsonb #> '{data,registration}'
                                 || jsonb_build_object('person', person, 'registered_at', registered_at))
              FROM person, registration
        ), key AS (
            INSERT INTO idempotency_keys (key, scope, request_hash, status, headers, body)
            SELECT %(key)s, %(scope)s, %(hash)s, %(status)s, %(headers)s::jsonb, %(body)s
              FROM place WHERE %(key)s::text IS NOT NULL
        )
        SELECT pg_notify(current_schema() || '_outbox', ''),
               (SELECT count(count_usage(counter, more, most, seconds, shards))
                  FROM unnest(%(counters)s::bytea[], %(mores)s::int[], %(mosts)s::int[], %(seconds)s::int[],
                              %(shards)s::int[]) AS charge (counter, more, most, seconds, shards))
          FROM place
    """
    return bool(
        execute(
            conn,
            sql,
            id=id,
            session_id=terms.id,
            session_revision=terms.revision,
            rules_revision=terms.rules_revision,
            series_revision=terms.series_revision,
            series_slug=terms.series_slug,
            opens_at=opens_at,
            closes_at=closes_at,
            person_id=person_id,
            email=applicant.email,
            name=applicant.name,
            job_title=applicant.job_title,
            library=orjson.dumps(applicant.library).decode(),
            accommodations=applicant.accommodations,
            answers=orjson.dumps(applicant.answers).decode(),
            timezone=applicant.timezone,
            code=make_code(),
            event_id=event["id"],
            type=event["type"],
            document=orjson.dumps(event).decode(),
            **kept,
            **limits.as_columns(charges),
        )
    )


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


def promote(conn: Connection, session_id: UUID, *, cause: str) -> list[UUID]:
    """Give, or where staff have set hours for it offer, every free seat to the head of the waiting list, in order; the
    registrations that got one. An offer ends when registration does. Once registration has closed or the session has
    begun nobody gets one: `seat_by_hand` is for that.

    The one way in which anybody leaves the waiting list upwards by itself. The caller holds the seats' lock.
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
