"""The statement that takes a seat, or the next place in line.

It locks the row of the session's seats first, so the ledger and the waiting list are numbered without gaps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.rules import admission
from services.registration.rules.queries import Terms
from services.registration.seats.check_in_codes import make_code
from services.registration.seats.queries import Registration
from shared import rate_limits
from shared.database import fetch_one
from shared.http import idempotency
from shared.messaging import outbox
from shared.rate_limits import Charge


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """A person who registers; `email` is folded. Only staff read `accommodations` and `note`; `registered_by` is the
    person who registered them.
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


# Locks the seats, unless the session (and, if `judged`, its window, rules and series) changed since it was judged.
PLACE: LiteralString = """
    WITH place AS (
        UPDATE seats
           SET taken = taken + (%(over)s OR (taken < ceiling AND waitlisted = 0))::int,
               entries = entries + (%(over)s OR (taken < ceiling AND waitlisted = 0))::int,
               ceiling = CASE WHEN %(over)s THEN greatest(ceiling, taken + 1) ELSE ceiling END,
               waitlisted = waitlisted + (NOT %(over)s AND (taken >= ceiling OR waitlisted > 0))::int,
               joined = joined + 1
         WHERE session_id = %(session_id)s AND session_revision = %(session_revision)s
           AND (%(may_wait)s OR (taken < ceiling AND waitlisted = 0))
           AND (NOT %(judged)s
                OR (programme_now() >= coalesce(%(opens_at)s::timestamptz, '-infinity')
                    AND programme_now() < coalesce(%(closes_at)s::timestamptz, 'infinity')
                    AND %(rules_revision)s
                        = coalesce((SELECT revision FROM rules WHERE rules.session_id = %(session_id)s), 0)
                    AND %(series_revision)s
                        = coalesce((SELECT max(revision) FROM series WHERE slug = %(series_slug)s), 0)))
        RETURNING joined, entries, taken, waitlisted, %(over)s OR waitlisted = 0 AS seated
    ), """
REGISTRATION: LiteralString = """
    person AS (
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
                  accommodations, answers, note, offered_until, timezone, code,
                  (SELECT count(count_usage(counter, more, most, seconds, shards))
                     FROM unnest(%(counters)s::bytea[], %(mores)s::int[], %(mosts)s::int[], %(seconds)s::int[],
                                 %(shards)s::int[]) AS charge (counter, more, most, seconds, shards))
    ), ledger AS (
        INSERT INTO seat_ledger (session_id, entry, delta, taken_after, cause, registration_id)
        SELECT %(session_id)s, entries, 1, taken, %(cause)s, %(id)s FROM place WHERE seated
    ), """
# The event and the answer, if the caller knows them before; the event's person and time come from the rows.
RECORDS: LiteralString = (
    """
    given AS MATERIALIZED (
        SELECT %(envelope)s::jsonb || jsonb_build_object('data', jsonb_build_object('registration',
                   %(facts)s::jsonb || jsonb_build_object('person', person, 'registered_at', registered_at))
               ) AS document, 1 AS place
          FROM person, registration WHERE %(envelope)s::text IS NOT NULL
    ), event AS ("""  # noqa: S608 made of constants
    + outbox.INSERT_GIVEN
    + "), key AS ("
    + idempotency.INSERT_ANSWER
    + " FROM place WHERE %(key)s::text IS NOT NULL)"
)
RESULT: LiteralString = """
    SELECT registration.id, revision, session_id, %(session_slug)s::text AS session_slug, status, registration.joined,
           CASE WHEN NOT seated THEN waitlisted END AS position, person_id, email, name, job_title, library,
           registered_at, accommodations, answers, note, offered_until,
           (SELECT name FROM people AS by WHERE by.id = nullif(%(registered_by)s::uuid, person_id)) AS registered_by,
           timezone, code, generation,
           greatest(%(starts_at)s::timestamptz, %(ends_at)s::timestamptz) + interval '30 days' AS links_end_at
      FROM registration, person, place
"""
# Without indentation: psycopg translates a statement of more than 4,096 bytes again for each call.
STATEMENT: LiteralString = " ".join((PLACE + REGISTRATION + RECORDS + RESULT).split())


@dataclass(frozen=True, kw_only=True)
class Placing:
    """Options of taking a place, with the ids for the registration and for a person who is not known yet.

    `over_capacity` takes a seat in any case, and so does one `held_for` a group; without `may_wait` nobody joins the
    waiting list. `judged` also compares the window for registration and the revisions of rules and series with the
    terms. `event` is the document of the event, `answer` the row of the request's idempotency key; `charges` are
    counted.
    """

    id: UUID = field(default_factory=uuid7)
    person_id: UUID = field(default_factory=uuid7)
    over_capacity: bool = False
    held_for: UUID | None = None
    may_wait: bool = True
    judged: bool = False
    event: dict[str, Any] | None = None
    answer: Mapping[str, Any] = field(default_factory=lambda: idempotency.NO_ROW)
    charges: Sequence[Charge] = ()


def take_place(conn: Connection, terms: Terms, applicant: Applicant, placing: Placing) -> Registration | None:
    """Take a seat, or the next place in line if none is free or others wait; return None, and do nothing, if the terms
    no longer hold or there is no place of the kind that `placing` allows.

    The seats are locked from this statement to the commit. A known person keeps their id and name, since a form is
    anybody's claim about an address. Violates `registrations_one_active` if this person has a place already, and
    `idempotency_keys_pkey` if the key was used.
    """
    return fetch_one(
        conn,
        Registration,
        STATEMENT,
        id=placing.id,
        person_id=placing.person_id,
        **_terms_parameters(terms),
        **_applicant_parameters(applicant),
        **_event_parameters(placing.event),
        over=placing.over_capacity or placing.held_for is not None,
        may_wait=placing.may_wait,
        judged=placing.judged,
        cause="registered over capacity" if placing.over_capacity else "registered",
        **placing.answer,
        **rate_limits.charge_parameters(placing.charges),
    )


def _terms_parameters(terms: Terms) -> dict[str, Any]:
    opens_at, closes_at = admission.window(terms)
    return {
        "session_id": terms.id,
        "session_revision": terms.revision,
        "session_slug": terms.slug,
        "rules_revision": terms.rules_revision,
        "series_revision": terms.series_revision,
        "series_slug": terms.series_slug,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
    }


def _applicant_parameters(applicant: Applicant) -> dict[str, Any]:
    return {
        "email": applicant.email,
        "name": applicant.name,
        "job_title": applicant.job_title,
        "library": orjson.dumps(applicant.library).decode(),
        "accommodations": applicant.accommodations,
        "answers": orjson.dumps(applicant.answers).decode(),
        "note": applicant.note,
        "timezone": applicant.timezone,
        "registered_by": applicant.registered_by,
        "code": make_code(),
    }


def _event_parameters(event: dict[str, Any] | None) -> dict[str, str | None]:
    """The event in two parts, so that the database parses each once."""
    if event is None:
        return {"envelope": None, "facts": None}
    envelope = {name: value for name, value in event.items() if name != "data"}
    return {
        "envelope": orjson.dumps(envelope).decode(),
        "facts": orjson.dumps(event["data"]["registration"]).decode(),
    }
