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
from services.registration.rules.queries import Terms
from services.registration.seats.queries import Registration
from shared import rate_limits
from shared.database import execute, fetch_one
from shared.rate_limits import Charge


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
            **rate_limits.charge_parameters(charges),
        )
    )
