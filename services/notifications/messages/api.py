"""The log of mails, for staff who are asked: did she get it?"""

from typing import Any
from uuid import UUID

from flask import Response

from services.notifications.messages import queries
from services.notifications.messages.schemas import (
    MessageDetailSchema,
    MessageListSchema,
    MessageSchema,
    MessagesQuery,
)
from services.notifications.programme.queries import select_sessions
from services.notifications.rendering.addresses import parse_mailbox
from services.notifications.rendering.domain import render
from services.notifications.rendering.links import Links
from services.notifications.templates import domain as templates
from shared.errors import NotFound
from shared.http import Blueprint
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
        session = next(iter(select_sessions(conn, filter(None, [row["session_id"]]))), None)
        overrides = templates.load(conn)
    if facts is None:
        return answer(MessageDetailSchema().dump({**_nested(row), "rendered": None}))
    links, sender = Links(settings(), shown=True), parse_mailbox(settings().mail_from)
    texts = render(facts, session, links=links, sender=sender, overrides=overrides).texts
    return answer(MessageDetailSchema().dump({**_nested(row), "rendered": texts}))


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    session = {"id": row["session_id"], "slug": row["session_slug"], "title": row["session_title"]}
    return {**row, "session": session if row["session_id"] else None}
