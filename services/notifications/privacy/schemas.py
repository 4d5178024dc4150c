"""What crosses the door of privacy."""

import marshmallow as ma
from marshmallow.validate import Length


class HeldSchema(ma.Schema):
    """Everything that notifications holds under an address, row by row; empty lists where it holds nothing."""

    subscription = ma.fields.List(ma.fields.Dict())
    consents = ma.fields.List(ma.fields.Dict(), metadata={"description": "The proof: what a reader did, and when"})
    subscription_requests = ma.fields.List(ma.fields.Dict())
    suppressions = ma.fields.List(ma.fields.Dict())
    registrations = ma.fields.List(ma.fields.Dict())
    invitations = ma.fields.List(ma.fields.Dict())
    notices = ma.fields.List(ma.fields.Dict(), metadata={"description": "What mails without a session were about"})
    attendance = ma.fields.List(ma.fields.Dict())
    completions = ma.fields.List(ma.fields.Dict())
    mails = ma.fields.List(ma.fields.Dict(), metadata={"description": "Every mail that was ever due to them"})
    webhooks = ma.fields.List(ma.fields.Dict(), metadata={"description": "Webhooks that they own"})


class PersonQuery(ma.Schema):
    """Whom staff look up."""

    email = ma.fields.String(load_default="", validate=Length(max=320))
