"""Taking comments in, and deciding on them."""

from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.catalog.comments import queries
from services.catalog.comments.queries import Comment
from services.catalog.publishing.queries import raise_reading_revision
from shared import audit
from shared.errors import NotFound, TooMany
from shared.markdown import render

# How many may wait for a decision: who floods a session closes it for comments, and no other.
MOST_OF_SESSION, MOST = 200, 2000
RETRY_SECONDS = 3600


def take_in(conn: Connection, session_id: UUID, *, author: str, body: str) -> UUID:
    """Keep a comment on a session, or on an announcement, until staff decide on it; the same again is the same. Raises
    TooMany.
    """
    body_html = render(body)
    queries.lock(conn)
    if known := queries.find_pending(conn, session_id, author=author, body=body):
        return known
    of_session, of_all = queries.count_pending(conn, session_id)
    if of_session >= MOST_OF_SESSION or of_all >= MOST:
        raise TooMany("Too many comments wait for a decision.", problem="too-many-comments", seconds=RETRY_SECONDS)
    id = uuid7()
    queries.insert_comment(conn, id=id, session_id=session_id, author=author, body=body, body_html=body_html)
    return id


def decide(conn: Connection, id: UUID, status: str, *, actor: str) -> Comment:
    """Approve or reject a comment; a decision can be changed, and the same again changes nothing. Raises NotFound."""
    before = queries.lock_status(conn, id)
    comment = queries.update_status(conn, id, status)
    if comment is None:
        raise NotFound("There is no such comment.")
    if before != status:
        changes = {comment.kind: comment.session, "status": [before, status]}
        audit.record(conn, actor=actor, action=f"comment.{status}", subject=str(id), changes=changes)
        raise_reading_revision(conn)
    return comment


def erase(conn: Connection, id: UUID, *, actor: str) -> None:
    """Remove a comment for good. Raises NotFound."""
    if not queries.delete_comment(conn, id):
        raise NotFound("There is no such comment.")
    raise_reading_revision(conn)
    audit.record(conn, actor=actor, action="comment.erased", subject=str(id), changes={})
