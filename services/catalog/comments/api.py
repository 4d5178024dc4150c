"""`/catalog/v1/sessions/…/comments`, and `/catalog/v1/comments` for moderators."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from services.catalog.comments import domain, queries, schemas
from services.catalog.comments.queries import Comment
from services.catalog.entries import visibility
from services.catalog.entries.responses import answer
from services.catalog.entries.time_cursors import decode_moment, encode_moment
from shared.http import Blueprint, auth, request_limits
from shared.http.client_address import client_network
from shared.http.idempotency import idempotent
from shared.http.pagination import PageQuery, page
from shared.http.request_limits import rate_limited
from shared.runtime import connection, settings, transaction

public = Blueprint("comments", __name__, url_prefix="/catalog/v1/sessions", public=True, description="What readers say")
staff = Blueprint("moderation", __name__, url_prefix="/catalog/v1/comments", description="Deciding on comments")


@public.get("/<slug>/comments")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.CommentListSchema)
def list_comments(query: dict[str, Any], slug: str) -> Response:
    """List approved comments, oldest first."""
    with connection() as conn:
        session = visibility.find_visible(conn, "session", slug)
        found = queries.select_comments(
            conn,
            status="approved",
            session_id=session.id,
            after=decode_moment(query["cursor"]),
            limit=query["limit"] + 1,
        )
    items, more = _page(found, query["limit"])
    body, headers = page(schemas.CommentSchema(many=True).dump(items), more)
    return answer(body, headers=headers)


@public.post("/<slug>/comments")
@rate_limited
@idempotent
@public.arguments(schemas.CommentInputSchema)
@public.response(202, schemas.ReceivedSchema)
def receive_comment(comment: dict[str, str], slug: str) -> Response:
    """Comment on a session. The comment is shown once staff have approved it."""
    with transaction() as conn:
        session = visibility.find_visible(conn, "session", slug)
        id, new = domain.receive(conn, session.id, **comment, network=client_network())
        if new:
            request_limits.consume(conn, [domain.charge(client_network(), most=settings().comments_per_network)])
    response = jsonify({"id": str(id), "status": "pending"})
    response.status_code = 202
    return response


@staff.get("")
@staff.staff(visibility.SCOPE)
@staff.arguments(schemas.ModerationQuery, location="query")
@staff.response(200, schemas.ModeratedListSchema)
def list_moderated(query: dict[str, Any]) -> Response:
    """List pending, approved or rejected comments, oldest first."""
    with connection() as conn:
        found = queries.select_comments(
            conn, status=query["status"], after=decode_moment(query["cursor"]), limit=query["limit"] + 1
        )
    items, more = _page(found, query["limit"])
    body, headers = page(schemas.ModeratedSchema(many=True).dump(items), more)
    return answer(body, headers=headers)


@staff.post("/<uuid:id>/approve")
@staff.staff(visibility.SCOPE)
@staff.response(200, schemas.ModeratedSchema)
def approve_comment(id: UUID) -> Comment:
    """Approve a comment: it becomes public."""
    with transaction() as conn:
        return domain.decide(conn, id, "approved", actor=auth.actor())


@staff.post("/<uuid:id>/reject")
@staff.staff(visibility.SCOPE)
@staff.response(200, schemas.ModeratedSchema)
def reject_comment(id: UUID) -> Comment:
    """Reject a comment, or withdraw its approval."""
    with transaction() as conn:
        return domain.decide(conn, id, "rejected", actor=auth.actor())


@staff.post("/<uuid:id>/reject-network")
@staff.staff(visibility.SCOPE)
@staff.response(200, schemas.RejectedSchema)
def reject_network(id: UUID) -> dict[str, int]:
    """Reject every pending comment from the network that sent this one."""
    with transaction() as conn:
        return {"rejected": domain.reject_network(conn, id, actor=auth.actor())}


@staff.delete("/<uuid:id>")
@staff.staff(visibility.SCOPE)
@staff.response(204)
def erase_comment(id: UUID) -> None:
    """Delete a comment and its author's name permanently."""
    with transaction() as conn:
        domain.erase(conn, id, actor=auth.actor())


def _page(found: list[Comment], limit: int) -> tuple[list[Comment], str | None]:
    shown = found[:limit]
    return shown, encode_moment(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
