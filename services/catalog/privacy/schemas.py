"""Personal data: queries and response."""

import marshmallow as ma
from marshmallow.validate import Length


class NameQuery(ma.Schema):
    name = ma.fields.String(
        load_default="",
        validate=Length(max=200),
        metadata={"description": "Find comments that are signed with this name too: of this person, or of a namesake"},
    )


class PersonQuery(NameQuery):
    """The person that staff look up."""

    email = ma.fields.String(load_default="", validate=Length(max=320))


class HeldSchema(ma.Schema):
    """Everything held about an address or a name; lists are empty if there is nothing."""

    comments = ma.fields.List(ma.fields.Dict(), metadata={"description": "Comments that contain the address"})
    comments_signed_alike = ma.fields.List(ma.fields.Dict())
    programme = ma.fields.List(ma.fields.Dict(), metadata={"description": "Parts of the programme that name it"})
