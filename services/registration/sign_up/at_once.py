"""Registering in one statement, as most can: a free seat of an open session, for somebody who wants nothing else.

What that asks is kept in memory, and the statement does nothing unless the session, its rules and its series are still
as they were judged. Whatever is not foreseen here goes the long way (`domain.register`).
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection
from psycopg.errors import DeadlockDetected, IntegrityError, LockNotAvailable
from uuid_utils.compat import uuid7

from services.registration.registrations.applications import as_applicant
from services.registration.rules import admission
from services.registration.rules import domain as rules
from services.registration.rules.queries import Terms
from services.registration.seats import placement_queries as seats
from services.registration.seats.placement_queries import Applicant
from services.registration.sign_up import domain
from shared import rate_limits, runtime
from shared.database import isolate_failure
from shared.errors import DomainError
from shared.events import registration as events
from shared.messaging import outbox
from shared.rate_limits import Charge

# What a person may want besides a seat, or say in a way that has to be looked up.
MORE = ("invitation", "newsletter")
REST_SECONDS = 1.0


class Known(dict[str, Terms]):
    """The terms of sessions by their slugs, as this process last read them; of sessions that there are, so it ends.

    `resting` are those for which nothing was to be had just now, which a session that is full stays for long: until
    that moment (monotonic) the long way is the shorter one.
    """

    def __init__(self) -> None:
        self.resting: dict[str, float] = {}

    def forget(self, slug: str) -> None:
        self.pop(slug, None)
        self.resting[slug] = time.monotonic() + REST_SECONDS

    def rests(self, slug: str) -> bool:
        return self.resting.get(slug, 0.0) > time.monotonic()


@dataclass(frozen=True)
class Foreseen:
    """What will be, if the seat is free and the terms still stand."""

    terms: Terms
    applicant: Applicant
    registration: events.Registration
    advice: str | None
    charges: list[Charge]


def foresee(conn: Connection, wanted: dict[str, Any]) -> Foreseen | None:
    """What a form wishes, where it wishes a seat and nothing else and may have one; from a validated form.

    Raises what registering raises, by what was read for this: what is remembered refuses nobody.
    """
    known, slug = _known(), wanted["session"]
    if any(wanted[name] for name in MORE) or wanted["library"].get("fscskey") or known.rests(slug):
        return None
    applicant = as_applicant(wanted)
    if remembered := known.get(slug):
        # As of when it was read: where registration opened since, it is read again; where it closed, nothing is taken.
        with suppress(DomainError):
            return _foresee(remembered, applicant)
    terms = rules.find_terms(conn, slug, email=applicant.email)
    if terms.standing:
        return None
    known[slug] = terms
    return _foresee(terms, applicant)


def _foresee(terms: Terms, applicant: Applicant) -> Foreseen:
    admission.check(terms, invited=False)
    advice = rules.advise(terms, applicant.library)
    answers = rules.check_answers(terms, applicant.answers)
    if answers != applicant.answers:
        applicant = replace(applicant, answers=answers)
    return Foreseen(terms, applicant, _registration(terms, applicant), advice, domain.charges(applicant.email, mails=1))


def take(conn: Connection, foreseen: Foreseen, *, kept: dict[str, Any]) -> bool:
    """Do it, and keep the answer for the request's key; False where nothing was done. Raises TooMany."""
    registration, terms = foreseen.registration, foreseen.terms
    opens_at, closes_at = admission.window(terms)
    try:
        with rate_limits.translate_refusals(foreseen.charges), isolate_failure(conn):
            taken = seats.take_free_seat(
                conn,
                terms,
                foreseen.applicant,
                id=registration.id,
                person_id=registration.person.id,
                opens_at=opens_at,
                closes_at=closes_at,
                event=outbox.wrap_event(events.RegistrationConfirmed(registration=registration)),
                kept=kept,
                charges=foreseen.charges,
            )
    except (IntegrityError, LockNotAvailable, DeadlockDetected):
        return False
    if not taken:
        _known().forget(terms.slug)
    return taken


def _known() -> Known:
    return runtime.current().memory.setdefault(Known, Known())


def _registration(terms: Terms, applicant: Applicant) -> events.Registration:
    return events.Registration(
        id=uuid7(),
        revision=1,
        session_id=terms.id,
        session_slug=terms.slug,
        status="confirmed",
        person=events.Person(id=uuid7(), email=applicant.email, name=applicant.name),
        registered_at=terms.now,
        timezone=applicant.timezone,
    )
