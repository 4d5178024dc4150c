"""The choices for a list of sessions on another site."""

import marshmallow as ma
from marshmallow.validate import Length, Range

from services.catalog.discovery.schemas import FilterQuery
from services.catalog.taxonomy.text_fields import Text


class WidgetQuery(FilterQuery):
    """The API's filters, and the element's own attributes."""

    class Meta:
        exclude = ("starts_after", "starts_before", "status")

    heading = Text(100, metadata={"example": "Coming up for libraries like ours"})
    limit = ma.fields.Integer(validate=Range(1, 50))
    empty = ma.fields.String(validate=Length(max=200))
