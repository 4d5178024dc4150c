"""The log of mails, for staff who are asked: did she get it?"""

from typing import Any
from uuid import UUID

from flask import Response

from services.notifications.messages import queries
from services.notifications.messages.about import read_about
from services.notifications.messages.schemas import (
    MessageDetailSchema,
    MessageListSchema,
    MessageSchema,
    MessagesQuery,
)
from services.notifications.rendering.domain import render
from services.notifications.rendering.letterhead import read_letterhead
from services.notifications.wording import domain as templates
from shared import audit
from shared.errors import Conflict, NotFound
from shared.http import Blueprint, auth
from shared.http.answers import answer
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.runtime import settings, transaction

staff = Blueprint("messages", __name__, url_prefix="/notifications/v1", description="Every mail that was ever due")


@staff.get("/messages")
@staff.staff("notifications:read")
@staff.arguments(MessagesQuery, location="query")
@staff.response(200, MessageListSchema)
def list_messages(query: dict[str, Any]) -> Response:
    """Every mail that was ever due: to whom, why, and what became of it; newest first."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    (before,) = decode_cursor(cursor, int) or (None,)
    with transaction() as conn:
        found = queries.select_messages(conn, before=before, limit=limit + 1, **query)
    more = encode_cursor(found[limit - 1]["position"]) if len(found) > limit else None
    body, headers = page(MessageSchema(many=True).dump([_nested(row) for row in found[:limit]]), more)
    return answer(body, headers=headers)


@staff.get("/messages/<uuid:id>")
@staff.staff("notifications:read")
@staff.response(200, MessageDetailSchema)
def show_message(id: UUID) -> Response:
    """One mail, with how it reads by what is known now; personal links are shown without their tokens."""
    with transaction() as conn:
        row = queries.select_message(conn, id)
        if row is None:
            raise NotFound("No mail has this id.")
        facts = next(iter(queries.select_facts(conn, [id])), None)
        about = read_about(conn, [facts]).get(id) if facts else None
        overrides = templates.load(conn)
    if facts is None:
        return answer(MessageDetailSchema().dump({**_nested(row), "rendered": None}))
    texts = render(facts, about, read_letterhead(settings(), overrides, shown=True)).texts
    return answer(MessageDetailSchema().dump({**_nested(row), "rendered": texts}))


@staff.post("/messages/<uuid:id>/resend")
@staff.staff("notifications:write")
@staff.response(202, MessageSchema)
def resend_message(id: UUID) -> Response:
    """Send a mail again that was sent, has failed, or is in doubt; under its own Message-ID, so that whoever has it
    sees it once. What a later event has overtaken is not sent again either.
    """
    with transaction() as conn:
        row = queries.select_message(conn, id)
        if row is None:
            raise NotFound("No mail has this id.")
        if not queries.requeue(conn, id):
            raise Conflict(f"This mail is {row['state']}.", problem="wrong-state", state=row["state"])
        audit.record(conn, actor=auth.actor(), action="message.resend", subject=str(id), changes={"was": row["state"]})
        row = queries.select_message(conn, id)
    assert row
    response = answer(MessageSchema().dump(_nested(row)))
    response.status_code = 202
    return response


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    session = {"id": row["session_id"], "slug": row["session_slug"], "title": row["session_title"]}
    return {**row, "session": session if row["session_id"] else None}
