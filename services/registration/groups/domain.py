"""A group of colleagues registered by somebody whose address is not proved: it is kept for a day, a few seats are held,
and one mail goes out, to that address. Who has the link from it registers the group.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.groups import queries
from services.registration.groups.queries import Group
from services.registration.libraries import domain as libraries
from services.registration.people import queries as people
from services.registration.registrations import domain as registrations
from services.registration.registrations.domain import Made
from services.registration.rules import admission
from services.registration.rules import domain as rules
from services.registration.rules.queries import Terms
from services.registration.seats import domain as seats
from services.registration.seats.domain import Hold
from services.registration.seats.placement_queries import Applicant
from services.registration.seats.queries import lock_seats, select_many
from shared import runtime, signed_links
from shared.email_addresses import mailbox_of
from shared.errors import Gone
from shared.events import registration as events
from shared.messaging import outbox

PURPOSE, RECEIPT = "group", "group-receipt"
HOURS = 24
# Seats of a session that no unproved group holds; days after which nothing is known of a request.
LAST_SEATS, KEPT_DAYS = 10, 30


def request(
    conn: Connection, *, slug: str, registrar: events.Person, colleagues: list[Applicant], most_held: int
) -> Group:
    """Keep the request, hold at most `most_held` seats, and let the registrar be asked by mail.

    Raises what registering the group would raise now. Nothing of the answer tells who is known here.
    """
    lock_seats(conn, [rules.find_terms(conn, slug).id])
    terms = rules.find_terms(conn, slug)
    library = _check(conn, terms, colleagues)
    id = uuid7()
    described = [{name: value for name, value in asdict(one).items() if name != "library"} for one in colleagues]
    expires_at = queries.insert_group(
        conn,
        id=id,
        session_id=terms.id,
        registrar_email=registrar.email,
        registrar_name=registrar.name,
        library=library,
        people=described,
        hours=HOURS,
    )
    most = min(most_held - _count_held(conn, terms.id, registrar.email), len(colleagues))
    if most > 0 and admission.is_open(terms):
        queries.set_held(conn, id, seats.hold(conn, terms.id, id, most=most, spare=LAST_SEATS))
    asked = people.select_by_email(conn, registrar.email)
    # A registrar who is not known yet has the id of the request, by which an erasure finds it.
    person_id = asked.id if asked else id
    outbox.add(conn, _requested(terms, id, person_id, registrar.email, len(colleagues), expires_at))
    return get(conn, id)


def _requested(
    terms: Terms, id: UUID, person_id: UUID, email: str, size: int, expires_at: datetime
) -> events.GroupRequested:
    """Returns the event, without the typed name: its email goes to an address that nobody has verified."""
    return events.GroupRequested(
        group=events.Group(
            id=id,
            revision=1,
            session_id=terms.id,
            session_slug=terms.slug,
            person=events.Person(id=person_id, email=email, name=""),
            size=size,
            expires_at=expires_at,
        )
    )


def read_token(token: str, *, purpose: str = PURPOSE) -> UUID:
    """The request that a link, or a receipt, is for. Raises Gone."""
    id = signed_links.verify(runtime.settings(), purpose, token)
    if id is None:
        raise _lapsed()
    return UUID(id)


def get(conn: Connection, id: UUID) -> Group:
    """A request. Raises Gone where it is not known any more."""
    found = queries.select_group(conn, id)
    if found is None:
        raise _lapsed()
    return found


def get_open(conn: Connection, id: UUID) -> Group:
    """A request that can be confirmed, or was. Raises Gone (group-expired)."""
    group = get(conn, id)
    if group.status in ("expired", "withdrawn") or (group.status == "pending" and group.expires_at <= group.now):
        raise _lapsed()
    return group


def confirm(conn: Connection, id: UUID) -> list[Made]:
    """Register the group, for who has the link from the mail to its registrar, whose address that proves. Again changes
    nothing. Raises Gone (group-expired), and what registering raises.
    """
    queries.lock_groups(conn, [id])
    group = get_open(conn, id)
    if group.status == "confirmed":
        return [Made(one, new=False) for one in select_many(conn, group.registrations) if one.status != "cancelled"]
    assert group.registrar_email is not None
    assert group.registrar_name is not None
    made = registrations.register_group(
        conn,
        slug=group.session_slug,
        registrar=events.Person(id=uuid7(), email=group.registrar_email, name=group.registrar_name),
        colleagues=[Applicant(library=group.library or {}, **one) for one in group.people],
        hold=Hold(group.id, group.held),
    )
    people.mark_proved(conn, group.registrar_email)
    queries.end_group(conn, id, status="confirmed", registrations=[one.registration.id for one in made])
    return made


def expire(conn: Connection, *, limit: int) -> int:
    """Give back the seats of groups that nobody confirmed in time, and forget these; how many."""
    lapsed = queries.lock_groups(conn, queries.select_lapsed(conn, limit=limit))
    _end(conn, lapsed, status="expired")
    queries.delete_ended(conn, days=KEPT_DAYS)
    return len(lapsed)


def lock_of(conn: Connection, emails: list[str]) -> list[UUID]:
    """Let nobody else end the requests that wait and name one of these addresses; the sessions whose seats they hold,
    which `forget` locks.
    """
    waiting = queries.lock_groups(conn, queries.select_pending_of(conn, emails))
    return [group.session_id for group in waiting if group.held]


def forget(conn: Connection, emails: list[str]) -> None:
    """Leave nothing of who has these addresses in requests that wait: theirs end, and in others they are left out."""
    waiting = queries.lock_groups(conn, queries.select_pending_of(conn, emails))
    _end(conn, [group for group in waiting if group.registrar_email in emails], status="withdrawn")
    for group in waiting:
        queries.delete_colleagues(conn, group.id, emails)


def _count_held(conn: Connection, session_id: UUID, email: str) -> int:
    """Seats of a session that are held for the groups of this registrar, under whichever address of one mailbox."""
    mailbox = mailbox_of(email)
    return sum(held for other, held in queries.select_held(conn, session_id) if mailbox_of(other) == mailbox)


def _end(conn: Connection, groups: list[Group], *, status: Literal["expired", "withdrawn"]) -> None:
    """End requests that wait, and are locked, without registering anybody; their seats go to who is in line."""
    lock_seats(conn, [group.session_id for group in groups if group.held])
    for group in groups:
        if group.held:
            seats.release_held(conn, group.session_id, Hold(group.id, group.held), cause="held seat given back")
            seats.promote(conn, group.session_id, cause="held seat given back")
        queries.end_group(conn, group.id, status=status)


def _check(conn: Connection, terms: Terms, colleagues: list[Applicant]) -> dict[str, Any]:
    """What is known of the library. Raises what registering these colleagues would."""
    admission.check(terms, invited=False)
    rules.advise(terms, colleagues[0].library)
    for place, colleague in enumerate(colleagues):
        with registrations.naming(place):
            rules.check_answers(terms, colleague.answers)
    return libraries.complete(conn, colleagues[0].library)


def _lapsed() -> Gone:
    return Gone("This link has expired. Please submit the form again.", problem="group-expired")
