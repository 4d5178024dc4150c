"""What crosses the door of groups."""

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow.validate import Length, OneOf

from services.registration.groups.queries import Group
from shared.http.responses import json_response


class PendingItemSchema(ma.Schema):
    """A colleague of a group that waits. The members are those of a registration, which there is not yet."""

    id = ma.fields.UUID(allow_none=True, metadata={"description": "None yet", "example": None})
    session = ma.fields.String(metadata={"example": "world-cafe"})
    status = ma.fields.String(validate=OneOf(["pending"]), metadata={"example": "pending"})
    position = ma.fields.Integer(allow_none=True, metadata={"description": "None yet", "example": None})
    advice = ma.fields.String(allow_none=True, metadata={"description": "None yet", "example": None})


class PendingSchema(ma.Schema):
    """A group that waits until its registrar confirms it by the link in their mail."""

    items = ma.fields.List(ma.fields.Nested(PendingItemSchema))
    seats_held = ma.fields.Integer(metadata={"description": "Held until then, whoever else registers", "example": 2})
    confirm_by = ma.fields.AwareDateTime(metadata={"description": "Then the request is forgotten"})
    detail = ma.fields.String()


class ConfirmationSchema(ma.Schema):
    """The token of the link in the registrar's mail."""

    token = ma.fields.String(required=True, validate=Length(1, 500))


class GroupQuery(ma.Schema):
    token = ma.fields.String(load_default="", validate=Length(max=500))
    receipt = ma.fields.String(load_default="", validate=Length(max=500))


def pending(group: Group) -> Response:
    """The answer to a group that waits: 202, with an item for each colleague, in their order."""
    item: dict[str, Any] = {"id": None, "session": group.session_slug, "status": "pending"}
    body = {
        "items": [{**item, "position": None, "advice": None}] * group.size,
        "seats_held": group.held,
        "confirm_by": group.expires_at,
        "detail": "A mail is on its way to the registrar: the group is registered once they confirm it.",
    }
    response = json_response(PendingSchema().dump(body), cache_control="no-store")
    response.status_code = 202
    return response
