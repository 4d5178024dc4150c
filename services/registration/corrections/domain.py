"""All links that were mailed to a person end, and who mails them is told, so that the next ones are good."""

from collections.abc import Collection
from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection import queries as projection
from services.registration.invitations import queries as invitations
from services.registration.invitations.representations import state as tell_invitation
from services.registration.learners import queries as learners
from services.registration.people import queries as people
from services.registration.registrations import queries as registrations
from services.registration.registrations.queries import Registration
from services.registration.seats import domain as seats
from shared.events import registration as events
from shared.messaging import outbox


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
        registrations.raise_registration(conn, registration.id)
        [now] = registrations.select_many(conn, [registration.id])
        outbox.add(conn, events.RegistrationUpdated(registration=seats.state(now), readdressed=True))


def follow(conn: Connection, person_id: UUID, *, told: Collection[UUID] = ()) -> bool:
    """Sign a person out everywhere, whose links have ended, and tell anew of all that is theirs, but for the
    registrations that were `told`: they are mailed their links to what is to come. Locked, and answers, as `renew`.
    """
    learners.end_sessions(conn, person_id)
    standing = [one for one in registrations.select_of_person(conn, person_id) if one.id not in told]
    occasions = projection.select_occasions(conn, {one.session_slug for one in standing})
    for one in standing:
        registrations.raise_registration(conn, one.id)
    outbox.add(
        conn,
        *[
            events.RegistrationUpdated(registration=seats.state(one), readdressed=occasions[one.session_slug].to_come)
            for one in registrations.select_many(conn, [one.id for one in standing])
        ],
        *[
            events.InvitationIssued(invitation=tell_invitation(one))
            for one in invitations.select_many(conn, invitations.raise_open(conn, person_id))
        ],
    )
    return any(one.to_come for one in occasions.values())
