"""What crosses the door of groups."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf


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
