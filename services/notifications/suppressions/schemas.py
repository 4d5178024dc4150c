"""What crosses the door of suppressions."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from shared.http.pagination import PageQuery

EMAIL = {"example": "ada@library.example"}


class SuppressionsQuery(PageQuery):
    email = ma.fields.String(load_default=None, validate=Length(3, 320), metadata=EMAIL)


class SuppressSchema(ma.Schema):
    """An address that is to get no more mail."""

    email = ma.fields.String(required=True, validate=Length(3, 320), metadata=EMAIL)
    detail = ma.fields.String(load_default="", validate=Length(max=500), metadata={"description": "Why"})


class SuppressionSchema(ma.Schema):
    """An address that no mail goes to."""

    id = ma.fields.UUID()
    email = ma.fields.String(metadata=EMAIL)
    reason = ma.fields.String(
        validate=OneOf(["bounce", "complaint", "staff"]),
        metadata={"description": "`bounce`: there is no such address; `complaint`: its owner called our mail spam"},
    )
    detail = ma.fields.String(metadata={"description": "What a mail server said, or why staff did it"})
    since = ma.fields.AwareDateTime()


class SuppressionsSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SuppressionSchema))
    next = ma.fields.String(allow_none=True)


class BounceSchema(ma.Schema):
    """What a mail provider tells of a mail that it took."""

    email = ma.fields.String(required=True, validate=Length(3, 320), metadata=EMAIL)
    kind = ma.fields.String(required=True, validate=OneOf(["bounce", "complaint"]))
    permanent = ma.fields.Boolean(
        load_default=True, metadata={"description": "A bounce that may pass (a full mailbox) suppresses nothing"}
    )
    detail = ma.fields.String(load_default="", validate=Length(max=5000))
    message_id = ma.fields.UUID(
        load_default=None,
        metadata={
            "description": "What stands before the @ of our Message-ID, where it is known: then it counts only where "
            "we sent that mail to this address"
        },
    )


class BouncesSchema(ma.Schema):
    bounces = ma.fields.List(ma.fields.Nested(BounceSchema), required=True, validate=Length(1, 1000))


class SuppressedSchema(ma.Schema):
    suppressed = ma.fields.Integer(metadata={"description": "So many addresses get no more mail from now on"})
    ignored = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "Why what was said of others has no effect; left out where none was"},
    )
