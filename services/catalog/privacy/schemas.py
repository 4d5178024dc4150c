"""What crosses the door of privacy."""

import marshmallow as ma
from marshmallow.validate import Length


class NameQuery(ma.Schema):
    name = ma.fields.String(
        load_default="",
        validate=Length(max=200),
        metadata={"description": "Find comments that are signed with this name too: of this person, or of a namesake"},
    )


class PersonQuery(NameQuery):
    """Whom staff look up."""

    email = ma.fields.String(load_default="", validate=Length(max=320))


class HeldSchema(ma.Schema):
    """What the catalog holds that names an address or a person; empty lists where it holds nothing."""

    comments = ma.fields.List(ma.fields.Dict(), metadata={"description": "Comments in which the address stands"})
    comments_signed_alike = ma.fields.List(ma.fields.Dict())
    programme = ma.fields.List(ma.fields.Dict(), metadata={"description": "Parts of the programme that name it"})
