"""What crosses the door of templates."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.notifications.messages.kinds import SINGLE
from services.notifications.rendering.sandbox import LONGEST_SOURCE

SOURCE = {"description": "Jinja, as the built-in one is, of words, values, conditions and the parts of `mail` alone"}


class ListedTemplateSchema(ma.Schema):
    """How a kind of mail is worded: as built in, or by staff."""

    kind = ma.fields.String(validate=OneOf(SINGLE))
    overridden = ma.fields.Boolean()
    since = ma.fields.AwareDateTime(allow_none=True, metadata={"description": "Since when staff word it"})
    broken_since = ma.fields.AwareDateTime(
        allow_none=True, metadata={"description": "Since when mails are sent as built in, since the staff's one fails"}
    )
    broken = ma.fields.String(
        allow_none=True, metadata={"description": "Why", "example": "line 4: there is no value called tilte"}
    )


class TemplatesSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(ListedTemplateSchema))


class TemplateSchema(ListedTemplateSchema):
    built_in = ma.fields.String(metadata={"description": "Source of the built-in template"})
    source = ma.fields.String(allow_none=True, metadata={"description": "Source of the staff's, where there is one"})
    values = ma.fields.List(
        ma.fields.String(), metadata={"description": "Names of the values that it may use", "example": ["name", "when"]}
    )


class TemplateSourceSchema(ma.Schema):
    """A template in the place of the built-in one."""

    source = ma.fields.String(required=True, validate=Length(1, LONGEST_SOURCE), metadata=SOURCE)


class PreviewSchema(ma.Schema):
    """What to show: a source that is not kept, or, without one, the template that stands."""

    source = ma.fields.String(load_default=None, validate=Length(1, LONGEST_SOURCE), metadata=SOURCE)
