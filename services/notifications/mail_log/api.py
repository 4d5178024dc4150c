"""The log of mails, for staff who are asked: did she get it?"""

from typing import Any
from uuid import UUID

from flask import Response

from services.notifications.mail_log import domain, queries
from services.notifications.mail_log.schemas import (
    MessageDetailSchema,
    MessageListSchema,
    MessageSchema,
    MessagesQuery,
)
from shared.http import Blueprint
from shared.http.pagination import decode_cursor, encode_cursor, page
from shared.http.responses import json_response
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
    body, headers = page(MessageSchema(many=True).dump([domain.with_session(row) for row in found[:limit]]), more)
    return json_response(body, headers=headers)


@staff.get("/messages/<uuid:id>")
@staff.staff("notifications:read")
@staff.response(200, MessageDetailSchema)
def show_message(id: UUID) -> Response:
    """One mail, with how it reads by what is known now; personal links are shown without their tokens."""
    with transaction() as conn:
        return json_response(
            MessageDetailSchema().dump({**domain.find(conn, id), "rendered": domain.preview(conn, id, settings())})
        )


@staff.post("/messages/<uuid:id>/resend")
@staff.staff("notifications:write")
@staff.response(202, MessageSchema)
def resend_message(id: UUID) -> Response:
    """Send a mail again that was sent, has failed, or is in doubt; under its own Message-ID, so that whoever has it
    sees it once. What a later event has overtaken is not sent again either.
    """
    with transaction() as conn:
        response = json_response(MessageSchema().dump(domain.resend(conn, id)))
    response.status_code = 202
    return response
