"""Receiving and moderating comments."""

from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.catalog.comments import queries
from services.catalog.comments.queries import Comment
from services.catalog.publishing.queries import raise_reading_revision
from shared import audit
from shared.errors import Conflict, NotFound
from shared.markdown import render
from shared.rate_limits import Charge

HOUR = 3600
TOO_MANY = "Too many comments came from your network. Yours was not lost here: please send it again later."


def receive(conn: Connection, session_id: UUID, *, author: str, body: str, network: str) -> tuple[UUID, bool]:
    """Store a comment on a session or an announcement until staff decide; return its id and whether it is new.

    The number of pending comments is not limited; `charge` limits what one network may send.
    """
    queries.lock(conn, session_id, author=author, body=body)
    if known := queries.find_pending(conn, session_id, author=author, body=body):
        return known, False
    id = uuid7()
    queries.insert_comment(
        conn, id=id, session_id=session_id, author=author, body=body, body_html=render(body), network=network
    )
    return id, True


def charge(network: str, *, most: int) -> Charge:
    """Return the rate-limit charge for one comment; a network may send `most` an hour."""
    return Charge("comments", network, most, HOUR, TOO_MANY, problem="too-many-comments")


def decide(conn: Connection, id: UUID, status: str, *, actor: str) -> Comment:
    """Approve or reject a comment. A decision can be changed; repeating it changes nothing. Raises NotFound."""
    before = queries.lock_status(conn, id)
    comment = queries.update_status(conn, id, status)
    if comment is None:
        raise NotFound("There is no such comment.")
    if before != status:
        changes = {comment.kind: comment.session, "status": [before, status]}
        audit.record(conn, actor=actor, action=f"comment.{status}", subject=str(id), changes=changes)
        raise_reading_revision(conn)
    return comment


def reject_network(conn: Connection, id: UUID, *, actor: str) -> int:
    """Reject every pending comment from the network that sent this one; return how many. Raises NotFound, or Conflict
    if this one was decided before, since its network is then no longer stored.
    """
    if queries.lock_status(conn, id) is None:
        raise NotFound("There is no such comment.")
    rejected = queries.reject_network(conn, id)
    if not rejected:
        raise Conflict("This comment was decided on before.", problem="comment-decided")
    for one in rejected:
        audit.record(conn, actor=actor, action="comment.rejected", subject=str(one), changes={"network of": str(id)})
    return len(rejected)


def erase(conn: Connection, id: UUID, *, actor: str) -> None:
    """Delete a comment permanently. Raises NotFound."""
    if not queries.delete_comment(conn, id):
        raise NotFound("There is no such comment.")
    raise_reading_revision(conn)
    audit.record(conn, actor=actor, action="comment.erased", subject=str(id), changes={})
