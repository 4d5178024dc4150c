"""The fast path of registering: one statement without a transaction around it.

It serves a person who wants a free seat of an open session and nothing else. The terms of the session are cached in
memory; the statement does nothing unless they still hold. `domain.register` serves everybody else, with the same
statement inside a transaction.
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
from services.registration.seats import domain as seats
from services.registration.seats.placement_queries import Applicant, Placing
from services.registration.sign_up import domain
from shared.conflict_retry import WriteConflict
from shared.database import isolate_failure
from shared.errors import DomainError
from shared.events import registration as events
from shared.messaging import outbox
from shared.rate_limits import Charge

# Members of the form that ask for more than a seat.
UNSUPPORTED = ("invitation", "newsletter")
PAUSE_SECONDS = 1.0


class TermsCache(dict[str, Terms]):
    """The terms of existing sessions by slug, as this process last read them.

    A session whose seat could not be taken skips the fast path until its time in `paused` (monotonic): it is probably
    full, and a second statement would be needed for each request.
    """

    def __init__(self) -> None:
        self.paused: dict[str, float] = {}

    def forget(self, slug: str) -> None:
        self.pop(slug, None)
        self.paused[slug] = time.monotonic() + PAUSE_SECONDS

    def is_paused(self, slug: str) -> bool:
        return self.paused.get(slug, 0.0) > time.monotonic()


@dataclass(frozen=True)
class Prepared:
    """The registration that there will be if a seat is free and the terms still hold."""

    terms: Terms
    applicant: Applicant
    registration: events.Registration
    advice: str | None
    charges: list[Charge]


def prepare(conn: Connection, cache: TermsCache, wanted: dict[str, Any]) -> Prepared | None:
    """Prepare a registration from a validated form; None if the fast path does not serve it.

    Raises what registering raises, always by terms read in this call: cached terms refuse nobody.
    """
    slug = wanted["session"]
    if any(wanted[name] for name in UNSUPPORTED) or wanted["library"].get("fscskey") or cache.is_paused(slug):
        return None
    applicant = as_applicant(wanted)
    if cached := cache.get(slug):
        # Cached terms are judged by the time when they were read: if registration opened since, they are read again.
        with suppress(DomainError):
            return _prepare(cached, applicant)
    terms = rules.find_terms(conn, slug, email=applicant.email)
    if terms.standing:
        return None
    cache[slug] = terms
    return _prepare(terms, applicant)


def _prepare(terms: Terms, applicant: Applicant) -> Prepared:
    admission.check(terms, invited=False)
    advice = rules.advise(terms, applicant.library)
    answers = rules.check_answers(terms, applicant.answers)
    if answers != applicant.answers:
        applicant = replace(applicant, answers=answers)
    return Prepared(terms, applicant, _registration(terms, applicant), advice, domain.charges(applicant.email, mails=1))


def take(conn: Connection, cache: TermsCache, prepared: Prepared, *, answer: dict[str, Any]) -> bool:
    """Register, and store the answer under the request's key; return False if nothing was done. Raises TooMany."""
    registration = prepared.registration
    placing = Placing(
        id=registration.id,
        person_id=registration.person.id,
        may_wait=False,
        judged=True,
        event=outbox.wrap_event(events.RegistrationConfirmed(registration=registration)),
        answer=answer,
        charges=prepared.charges,
    )
    try:
        with isolate_failure(conn):
            taken = seats.take(conn, prepared.terms, prepared.applicant, placing)
    except (WriteConflict, IntegrityError, LockNotAvailable, DeadlockDetected):
        return False
    if taken is None:
        cache.forget(prepared.terms.slug)
    return taken is not None


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
