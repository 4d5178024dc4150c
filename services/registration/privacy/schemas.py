"""What crosses the door of privacy."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf


class PartsSchema(ma.Schema):
    """Where the other services answer with what they hold under the same address."""

    notifications = ma.fields.URL()
    catalog = ma.fields.URL()


class HeldSchema(ma.Schema):
    """Everything that registration holds on a person, row by row; empty lists where it holds nothing. `parts` is where
    the other services answer with theirs, such as the newsletter and the mails that were sent.
    """

    person = ma.fields.List(ma.fields.Dict())
    former_addresses = ma.fields.List(ma.fields.Dict())
    registrations = ma.fields.List(ma.fields.Dict())
    registered_colleagues = ma.fields.List(ma.fields.Dict())
    attendance = ma.fields.List(ma.fields.Dict())
    views = ma.fields.List(ma.fields.Dict())
    progress = ma.fields.List(ma.fields.Dict())
    completions = ma.fields.List(ma.fields.Dict())
    invitations = ma.fields.List(ma.fields.Dict())
    certificates = ma.fields.List(ma.fields.Dict())
    signed_in_until = ma.fields.List(ma.fields.Dict())
    groups = ma.fields.List(
        ma.fields.Dict(), metadata={"description": "Groups that wait for their registrar, in which they are named"}
    )
    formerly_of = ma.fields.List(
        ma.fields.Dict(), metadata={"description": "People who had this address before theirs was corrected"}
    )
    parts = ma.fields.Nested(PartsSchema)


class ServicesSchema(ma.Schema):
    """When each was done; None: not yet."""

    registration = ma.fields.AwareDateTime()
    notifications = ma.fields.AwareDateTime(allow_none=True)


class ErasureSchema(ma.Schema):
    """How far an erasure is."""

    id = ma.fields.UUID()
    state = ma.fields.String(validate=OneOf(["running", "done"]))
    services = ma.fields.Nested(ServicesSchema)


class PersonQuery(ma.Schema):
    """Whom staff look up."""

    email = ma.fields.String(load_default=None, validate=Length(max=320))
