"""Search: query and results."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.dates.schemas import WhenSchema
from services.catalog.discovery.schemas import FacetSchema, words_field
from services.catalog.entries.schemas import SessionLinksSchema
from shared.http.pagination import PageQuery

KINDS = ("session", "series", "recording", "announcement")


class SearchQuery(PageQuery):
    q = words_field(required=True)
    kind = ma.fields.List(
        ma.fields.String(validate=OneOf(KINDS)),
        validate=Length(max=10),
        load_default=None,
        metadata={"description": "Only these; a recording is a session that has one"},
    )


class HitSchema(ma.Schema):
    kind = ma.fields.String(validate=OneOf(("session", "series", "announcement")))
    id = ma.fields.UUID()
    slug = ma.fields.String()
    title = ma.fields.String()
    title_html = ma.fields.String(metadata={"description": "With what was found in `<mark>`"})
    snippet_html = ma.fields.String(metadata={"description": "Parts of its text, with what was found in `<mark>`"})
    when = ma.fields.Nested(WhenSchema, allow_none=True)
    published_at = ma.fields.AwareDateTime(allow_none=True, metadata={"description": "Of announcements"})
    recorded = ma.fields.Boolean(metadata={"description": "Whether it can be watched"})
    score = ma.fields.Integer(metadata={"description": "The higher, the better it fits"})
    links = ma.fields.Nested(
        SessionLinksSchema, metadata={"description": "`ics` and `register` are there for sessions alone"}
    )


class SearchSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(HitSchema))
    next = ma.fields.String(allow_none=True)
    total = ma.fields.Integer(metadata={"description": "How much was found, counted up to 500"})
    corrected = ma.fields.String(
        allow_none=True, metadata={"description": "What was looked for instead, where what was typed is found nowhere"}
    )
    facets = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.Nested(FacetSchema)),
        metadata={"description": "How many there are of each `kind`, and of the sessions found of each term"},
    )
