"""All links that were mailed to a person end, and who mails them is told, so that the next ones are good."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection import queries as projection
from services.registration.invitations import queries as invitations
from services.registration.invitations.representations import state as tell_invitation
from services.registration.learners import queries as learners
from services.registration.people import queries as people
from services.registration.people.domain import Erased
from services.registration.registrations import domain as registrations
from services.registration.rules import domain as rules
from services.registration.seats import domain as seats
from services.registration.seats import queries as rows
from services.registration.seats.queries import Registration, lock_seats
from shared.errors import Conflict
from shared.events import registration as events
from shared.messaging import outbox


def correct(conn: Connection, id: UUID, changes: dict[str, Any]) -> tuple[Registration, Registration]:
    """Correct what somebody said of themselves; as it was, and as it is.

    `changes` holds, by the names of `Registration`, what is to be different: name, email, job_title, library,
    accommodations, answers, note, timezone. Another address ends all links and sessions of before. Raises NotFound,
    Gone (person-erased), Invalid, or Conflict (registration-cancelled; email-taken where another person has that
    address).
    """
    lock_seats(conn, _to_lock(conn, registrations.get(conn, id), changes))
    before = registrations.get(conn, id)
    if not people.lock_living(conn, before.person_id):
        raise Erased
    if before.status == "cancelled":
        raise Conflict("This registration is canceled.", problem="registration-cancelled")
    if "answers" in changes:
        terms = rules.find_terms(conn, before.session_slug)
        changes = {**changes, "answers": rules.check_answers(terms, changes["answers"])}
    wanted = replace(before, **changes)
    if wanted == before:
        return before, before
    if not people.rename(conn, before.person_id, email=wanted.email, name=wanted.name):
        raise Conflict("Another person has this address.", problem="email-taken")
    rows.update(conn, wanted)
    after = registrations.get(conn, id)
    readdressed = after.email != before.email
    outbox.add(conn, events.RegistrationUpdated(registration=seats.state(after), readdressed=readdressed))
    if readdressed:
        follow(conn, after.person_id, told=[after.id])
    return before, after


def renew_links(conn: Connection, id: UUID) -> bool:
    """End all links and sessions of the person whose registration it is, and mail them new links to what is to come;
    whether anything is. Raises NotFound.
    """
    person_id = registrations.get(conn, id).person_id
    lock_seats(conn, [one.session_id for one in rows.select_of_person(conn, person_id)])
    return renew(conn, person_id)


def renew(conn: Connection, person_id: UUID) -> bool:
    """End all links and sessions of a person, and mail them new links to what is to come; whether anything is. The
    caller holds the seats' locks of their sessions.
    """
    people.raise_generation(conn, person_id)
    return follow(conn, person_id)


def remind(conn: Connection, registration: Registration) -> None:
    """Mail somebody anew how their registration stands, with the links to it, where its session is to come."""
    occasion = projection.select_occasions(conn, [registration.session_slug])[registration.session_slug]
    if occasion.to_come:
        rows.raise_registration(conn, registration.id)
        [now] = rows.select_many(conn, [registration.id])
        outbox.add(conn, events.RegistrationUpdated(registration=seats.state(now), readdressed=True))


def follow(conn: Connection, person_id: UUID, *, told: Collection[UUID] = ()) -> bool:
    """Sign a person out everywhere, whose links have ended, and tell anew of all that is theirs, but for the
    registrations that were `told`: they are mailed their links to what is to come. Locked, and answers, as `renew`.
    """
    learners.end_sessions(conn, person_id)
    standing = [one for one in rows.select_of_person(conn, person_id) if one.id not in told]
    occasions = projection.select_occasions(conn, {one.session_slug for one in standing})
    for one in standing:
        rows.raise_registration(conn, one.id)
    outbox.add(
        conn,
        *[
            events.RegistrationUpdated(registration=seats.state(one), readdressed=occasions[one.session_slug].to_come)
            for one in rows.select_many(conn, [one.id for one in standing])
        ],
        *[
            events.InvitationIssued(invitation=tell_invitation(one))
            for one in invitations.select_many(conn, invitations.raise_open(conn, person_id))
        ],
    )
    return any(one.to_come for one in occasions.values())


def _to_lock(conn: Connection, registration: Registration, changes: dict[str, Any]) -> list[UUID]:
    """The sessions whose seats a correction locks: with another address it is told of all that the person has."""
    others = rows.select_of_person(conn, registration.person_id) if "email" in changes else []
    return [registration.session_id, *(one.session_id for one in others)]
