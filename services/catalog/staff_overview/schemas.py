"""The query of the overview."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.taxonomy.vocabularies import STATES


class OverviewQuery(ma.Schema):
    q = ma.fields.String(load_default="", validate=Length(max=200))
    state = ma.fields.String(load_default=None, validate=OneOf(STATES))
    attention = ma.fields.Boolean(load_default=False, metadata={"description": "Only what is worth a look"})
