"""`/catalog/staff/comments`: moderation."""

from typing import Any
from uuid import UUID

from flask import Response, request

from services.catalog.comments import domain, queries, schemas
from services.catalog.entries import visibility
from services.catalog.entries.time_cursors import decode_moment, encode_moment
from services.catalog.staff_layout.staff_rendering import respond
from shared.errors import NotFound
from shared.http import auth
from shared.http.pages import Pages, parse_query
from shared.http.responses import see_other
from shared.runtime import connection, transaction

HERE = "/catalog/staff/comments"
DECISIONS = {"approve": "approved", "reject": "rejected"}
pages = Pages("comments-desk", url_prefix=HERE)


@pages.get("")
@pages.staff(visibility.SCOPE)
def list_comments() -> Response:
    """List pending, approved or rejected comments, oldest first."""
    query = parse_query(schemas.ModerationQuery())
    with connection() as conn:
        found = queries.select_comments(
            conn, status=query["status"], after=decode_moment(query["cursor"]), limit=query["limit"] + 1
        )
        shown = found[: query["limit"]]
        more = encode_moment(shown[-1].created_at, shown[-1].id) if len(found) > len(shown) else None
        return respond("staff/comments.html", conn, found=shown, more=more, query=query)


@pages.form("/<uuid:id>/<any(approve, reject):decision>")
@pages.staff(visibility.SCOPE)
def decide(id: UUID, decision: str) -> Response:
    """Approve or reject a comment."""
    with transaction() as conn:
        domain.decide(conn, id, DECISIONS[decision], actor=auth.actor())
    return _go_on("decided", DECISIONS[decision])


@pages.form("/<uuid:id>/reject-network")
@pages.staff(visibility.SCOPE)
def reject_network(id: UUID) -> Response:
    """Reject all pending comments from the network that sent this one."""
    with transaction() as conn:
        domain.reject_network(conn, id, actor=auth.actor())
    return see_other(f"{HERE}?done=decided")


@pages.form("/<uuid:id>/erase")
@pages.staff(visibility.SCOPE)
def erase(id: UUID) -> Response:
    """Delete a comment and its author's name permanently."""
    try:
        with transaction() as conn:
            domain.erase(conn, id, actor=auth.actor())
    except NotFound:
        pass  # double submit
    return _go_on("erased", "erased")


def _go_on(done: str, said: str) -> Any:
    if "HX-Request" in request.headers:
        with connection() as conn:
            return respond("staff/decided.html", conn, said=said)
    return see_other(f"{HERE}?done={done}")
