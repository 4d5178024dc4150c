"""What the link in a mail opens: the one thing that it was made for, until it ends or all older links of the person do.

What is no token of ours raises NotFound, so that nobody learns what exists; what was one, LinkEnded.
"""

from uuid import UUID

from psycopg import Connection

from services.registration.links import page_urls
from services.registration.tickets import queries
from services.registration.tickets.queries import Standing
from shared import runtime, signed_links
from shared.errors import Gone, NotFound
from shared.signed_links import Ticket

NO_REGISTRATION, NO_INVITATION = "There is no such registration.", "There is no such invitation."


class LinkEnded(Gone):
    problem = "link-ended"

    def __init__(self, token: str) -> None:
        super().__init__(
            "This link has expired. We can email a new one to the address we have on file.",
            new_link=page_urls.new_link(token),
        )


def check_registration(conn: Connection, id: UUID, token: str | None) -> None:
    """Let on who has the link to this registration. Raises NotFound or LinkEnded."""
    ticket = _read(signed_links.MANAGE, token)
    if token is None or ticket is None or ticket.subject != str(id):
        raise NotFound(NO_REGISTRATION)
    _judge(ticket, queries.select_of_registration(conn, id), token, nothing=NO_REGISTRATION)


def read_join(conn: Connection, token: str) -> UUID:
    """The registration by which the bearer of this token enters its session. Raises NotFound or LinkEnded."""
    ticket = _read(signed_links.JOIN, token)
    if ticket is None:
        raise NotFound(NO_REGISTRATION)
    id = UUID(ticket.subject)
    _judge(ticket, queries.select_of_registration(conn, id), token, nothing=NO_REGISTRATION)
    return id


def read_invitation(conn: Connection, code: str) -> UUID:
    """The invitation that a code from a mail is for. Raises NotFound, LinkEnded, or Gone (invitation-expired)."""
    ticket = _read(signed_links.INVITATION, code)
    if ticket is None:
        raise NotFound(NO_INVITATION)
    id = UUID(ticket.subject)
    standing = queries.select_of_invitation(conn, id)
    if standing and _is_late(ticket, standing) and not _is_revoked(ticket, standing):
        raise Gone("This invitation has expired.", problem="invitation-expired")
    _judge(ticket, standing, code, nothing=NO_INVITATION)
    return id


def read_watch(conn: Connection, token: str, *, session_id: UUID) -> UUID | None:
    """The person for whom the bearer of this token watches the session's recording; None where it is no such token.
    Raises LinkEnded.
    """
    ticket = _read(signed_links.WATCH, token)
    if ticket is None:
        return None
    # Tokens of 0.1.0 name no session.
    person, _, session = ticket.subject.partition(" ")
    if session not in ("", str(session_id)):
        return None
    standing = queries.select_of_recording(conn, UUID(person), session_id)
    if standing is None:
        return None
    _judge(ticket, standing, token, nothing="")
    return standing.person_id


def find_person(conn: Connection, token: str) -> Standing | None:
    """Whom the link was for, be it good or not any more; None where it is no link of ours, or they were erased."""
    for purpose, select in (
        (signed_links.MANAGE, queries.select_of_registration),
        (signed_links.JOIN, queries.select_of_registration),
        (signed_links.INVITATION, queries.select_of_invitation),
        (signed_links.WATCH, queries.select_of_person),
    ):
        if ticket := _read(purpose, token):
            found = select(conn, UUID(ticket.subject.partition(" ")[0]))
            return None if found is None or found.over else found
    return None


def _read(purpose: str, token: str | None) -> Ticket | None:
    return signed_links.read(runtime.settings(), purpose, token) if token else None


def _judge(ticket: Ticket, standing: Standing | None, token: str, *, nothing: str) -> None:
    if standing is None:
        raise NotFound(nothing)
    if _is_revoked(ticket, standing) or _is_late(ticket, standing):
        raise LinkEnded(token)


def _is_revoked(ticket: Ticket, standing: Standing) -> bool:
    return standing.over or ticket.generation != standing.generation


def _is_late(ticket: Ticket, standing: Standing) -> bool:
    ends_at = ticket.ends_at or standing.ends_at
    return ends_at is not None and ends_at <= standing.now
