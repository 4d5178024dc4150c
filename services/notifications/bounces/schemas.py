"""Request and response schemas of reported bounces."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.notifications.suppressions.schemas import EMAIL


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
