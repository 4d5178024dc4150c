"""Registering for a session, a series or a group of colleagues; correcting, moving and giving up a registration."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.libraries import domain as libraries
from services.registration.people import queries as people
from services.registration.people.domain import Erased
from services.registration.rules import admission
from services.registration.rules import domain as rules
from services.registration.rules.queries import Terms
from services.registration.seats import domain as seats
from services.registration.seats import queries
from services.registration.seats.domain import Hold
from services.registration.seats.placement_queries import Applicant, Placing
from services.registration.seats.queries import Registration, lock_seats
from shared.errors import Conflict, Invalid, NotFound
from shared.events import registration as events
from shared.events.registration import CancellationReason
from shared.messaging import outbox


@dataclass(frozen=True)
class Made:
    """What registering led to: the registration, whether it is new, and a word where the session is for others."""

    registration: Registration
    new: bool
    advice: str | None = None


def register(conn: Connection, *, slug: str, applicant: Applicant, invited_to: UUID | None = None) -> Made:
    """Take a seat, or the next place in line.

    `invited_to` is the session that an invitation of theirs is for. Registering again returns the registration that
    stands. Raises NotFound, Conflict (registration-closed, session-cancelled), InvitationRequired, WrongAudience,
    Invalid (answers) or Overtaken.
    """
    terms = rules.find_terms(conn, slug, email=applicant.email)
    if terms.standing:
        return Made(get(conn, terms.standing), new=False)
    return _take(conn, terms, applicant, invited_to=invited_to)


def register_series(conn: Connection, *, slug: str, applicant: Applicant) -> list[Made]:
    """Register for every session of a series that is open now, all or none, in the order in which they take place.

    Raises NotFound, Conflict (registration-closed) where none is open, and what registering raises.
    """
    lock_seats(conn, [terms.id for terms in rules.find_terms_of_series(conn, slug)])
    series = [one for one in rules.find_terms_of_series(conn, slug) if one.policy == "open" and admission.is_open(one)]
    if not series:
        raise Conflict("No session of this series is open for registration.", problem="registration-closed")
    asked = {question["key"] for terms in series for question in terms.questions}
    if unknown := applicant.answers.keys() - asked:
        raise Invalid({f"answers.{key}": ["There is no such question."] for key in unknown})
    return [_register(conn, terms, _answering(applicant, terms)) for terms in series]


def request_newsletter(conn: Connection, made: Made) -> None:
    """Pass on that whoever registered wants the newsletter as well, about libraries like theirs."""
    registration = made.registration
    kind = registration.library.get("type")
    wish = events.NewsletterRequest(
        id=uuid7(),
        revision=1,
        person=events.Person(id=registration.person_id, email=registration.email, name=registration.name),
        library_types=[kind] if kind and kind != "other" else [],
    )
    outbox.add(conn, events.NewsletterRequested(request=wish))


def register_group(
    conn: Connection, *, slug: str, registrar: events.Person, colleagues: list[Applicant], hold: Hold | None = None
) -> list[Made]:
    """Register colleagues, all or none, in the order in which they are given; `registrar.id` is for a registrar who is
    not known yet. Seats that are held for them go to the first of them, and what is left over of these is given back.
    Raises what registering raises, and Invalid naming the colleague whose answers are wrong.
    """
    lock_seats(conn, [rules.find_terms(conn, slug).id])
    terms = rules.find_terms(conn, slug)
    named = [events.Person(id=registrar.id, email=one.email, name=one.name) for one in colleagues]
    by = people.insert_missing(conn, [registrar, *named])[registrar.email]
    made: list[Made] = []
    held = hold.number if hold else 0
    for place, colleague in enumerate(colleagues):
        with naming(place):
            of = hold.group_id if hold and held else None
            made.append(_register(conn, terms, replace(colleague, registered_by=by), held_for=of))
        held -= bool(of and made[-1].new)
    if hold and held:
        seats.release_held(conn, terms.id, replace(hold, number=held), cause="held seat given back")
        seats.promote(conn, terms.id, cause="held seat given back")
    return made


@contextmanager
def naming(place: int) -> Iterator[None]:
    """Let what is wrong with a colleague of a group name them. Raises Invalid."""
    try:
        yield
    except Invalid as error:
        raise Invalid({f"people.{place}.{path}": said for path, said in error.errors.items()}) from None


def register_by_hand(conn: Connection, *, slug: str, applicant: Applicant, over_capacity: bool) -> Made:
    """Register somebody as staff: also by invitation, closed or held; a full session takes them where staff say so.

    So does whoever waits already. Questions may stay unanswered. Raises NotFound, Conflict (session-cancelled) or
    Invalid.
    """
    lock_seats(conn, [rules.find_terms(conn, slug).id])
    terms = rules.find_terms(conn, slug)
    if standing := queries.select_active(conn, terms.id, applicant.email):
        if over_capacity:
            seats.seat(conn, standing, over_capacity=True)
        return Made(get(conn, standing.id), new=False)
    admission.check_not_cancelled(terms)
    answers = rules.check_answers(terms, applicant.answers, complete=False)
    taken = seats.take(conn, terms, replace(applicant, answers=answers), Placing(over_capacity=over_capacity))
    assert taken, "the session is locked"
    return Made(taken, new=True)


def move(conn: Connection, id: UUID, *, slug: str, over_capacity: bool) -> Registration:
    """Move somebody to another session; the seat that they leave goes to the head of its waiting list.

    The registration there, which is a new one. Raises NotFound, or Conflict (registration-cancelled, session-cancelled,
    session-held, already-registered).
    """
    left = get(conn, id)
    lock_seats(conn, [left.session_id, rules.find_terms(conn, slug).id])
    left, terms = get(conn, id), rules.find_terms(conn, slug)
    if left.status == "cancelled":
        raise Conflict("This registration is canceled.", problem="registration-cancelled")
    admission.check_not_over(rules.find_terms(conn, left.session_slug))
    admission.check_not_cancelled(terms)
    admission.check_not_over(terms)
    if queries.select_active(conn, terms.id, left.email):
        raise Conflict("This person is registered for that session already.", problem="already-registered")
    taken = seats.take(conn, terms, _as_applicant(left), Placing(over_capacity=over_capacity))
    assert taken, "the session is locked"
    _give_up(conn, left, "moved by staff")
    return get(conn, taken.id)


def get(conn: Connection, id: UUID) -> Registration:
    """A registration by its id. Raises NotFound, or Gone where its person was erased: nobody sees or changes it."""
    found = queries.select(conn, id)
    if found is None:
        raise NotFound("There is no such registration.")
    if people.select_erased(conn, [found.person_id]):
        raise Erased
    return found


def cancel(conn: Connection, id: UUID, *, reason: CancellationReason) -> Registration:
    """Give up a seat, which goes to the head of the waiting list, or a place in that. Cancelling again changes nothing.

    Raises NotFound, or Conflict where the session is over.
    """
    lock_seats(conn, [get(conn, id).session_id])
    registration = get(conn, id)
    if registration.status == "cancelled":
        return registration
    admission.check_not_over(rules.find_terms(conn, registration.session_slug))
    _give_up(conn, registration, reason)
    return get(conn, id)


def seat(conn: Connection, id: UUID, *, over_capacity: bool) -> Registration:
    """Give a seat to somebody who waits, as staff do: before others, and also once registration has closed.

    Raises NotFound, or Conflict (registration-cancelled, session-cancelled, no-seat-left).
    """
    lock_seats(conn, [get(conn, id).session_id])
    registration = get(conn, id)
    admission.check_not_cancelled(rules.find_terms(conn, registration.session_slug))
    seats.seat(conn, registration, over_capacity=over_capacity)
    return get(conn, id)


def accept_offer(conn: Connection, id: UUID) -> Registration:
    """Accept the seat that is offered. Accepting again changes nothing.

    Raises NotFound, Gone (offer-lapsed), or Conflict (nothing-offered).
    """
    lock_seats(conn, [get(conn, id).session_id])
    registration = get(conn, id)
    seats.accept_offer(conn, registration, session=rules.find_terms(conn, registration.session_slug))
    return get(conn, id)


def _register(conn: Connection, terms: Terms, applicant: Applicant, *, held_for: UUID | None = None) -> Made:
    if standing := queries.select_active(conn, terms.id, applicant.email):
        return Made(standing, new=False)
    return _take(conn, terms, applicant, held_for=held_for)


def _take(
    conn: Connection,
    terms: Terms,
    applicant: Applicant,
    *,
    invited_to: UUID | None = None,
    held_for: UUID | None = None,
) -> Made:
    admission.check(terms, invited=invited_to == terms.id)
    advice = rules.advise(terms, applicant.library) if invited_to is None else None
    answers = rules.check_answers(terms, applicant.answers)
    library = libraries.complete(conn, applicant.library)
    applicant = replace(applicant, answers=answers, library=library)
    taken = seats.take(conn, terms, applicant, Placing(held_for=held_for))
    if taken is None:
        # The session changed meanwhile: it is judged again, and under the lock it stays as it is.
        lock_seats(conn, [terms.id])
        return register(conn, slug=terms.slug, applicant=applicant, invited_to=invited_to)
    return Made(taken, new=True, advice=advice)


def _give_up(conn: Connection, registration: Registration, reason: CancellationReason) -> None:
    seats.release(conn, registration.session_id, [registration.id], reason)
    seats.promote(conn, registration.session_id, cause="seat given up")


def _answering(applicant: Applicant, terms: Terms) -> Applicant:
    """The applicant, with the answers to what this session asks."""
    keys = {question["key"] for question in terms.questions}
    return replace(applicant, answers={key: said for key, said in applicant.answers.items() if key in keys})


def _as_applicant(registration: Registration) -> Applicant:
    return Applicant(
        email=registration.email,
        name=registration.name,
        library=registration.library,
        job_title=registration.job_title,
        accommodations=registration.accommodations,
        note=registration.note,
        timezone=registration.timezone,
    )
