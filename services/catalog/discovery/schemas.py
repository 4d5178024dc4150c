"""Lists of sessions: filters and responses."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.dates.date_fields import DateTimeBound
from services.catalog.sessions.schemas import DetailQuery, SessionSchema
from services.catalog.taxonomy.text_fields import Slug, Text
from services.catalog.taxonomy.vocabularies import FORMATS, STATUSES
from shared.http.pagination import PageQuery


class FacetSchema(ma.Schema):
    slug = ma.fields.String(metadata={"example": "public"})
    label = ma.fields.String(metadata={"example": "Public library"})
    count = ma.fields.Integer()


class RecordingListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SessionSchema))
    next = ma.fields.String(allow_none=True)


class SessionListSchema(RecordingListSchema):
    facets = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.Nested(FacetSchema)),
        metadata={"description": "With `facets=true`, by vocabulary"},
    )


def _choice(*values: str) -> ma.fields.List:
    return ma.fields.List(ma.fields.String(validate=OneOf(values)), validate=Length(max=20))


def _slugs() -> ma.fields.List:
    return ma.fields.List(Slug(), validate=Length(max=20))


def words_field(**kwargs: Any) -> ma.fields.String:
    """Return the field for search words (see `services.catalog.text_index.parsing`)."""
    return Text(
        200,
        least=1,
        metadata={
            "description": 'Words to find: the last may be unfinished, `"a phrase"` matches exactly, `-word` excludes',
            "example": "community dialogue",
        },
        **kwargs,
    )


class FilterQuery(ma.Schema):
    """Filters of sessions. Several values of one parameter widen the list, several parameters narrow it."""

    q = words_field()
    initiative = _slugs()
    series = _slugs()
    format = _choice(*FORMATS)
    status = _choice(*STATUSES)
    library_type = _slugs()
    topic = _slugs()
    job_function = _slugs()
    audience = _slugs()
    budget = _slugs()
    community_size = _slugs()
    organization = _slugs()
    starts_after = DateTimeBound(
        metadata={"description": "May start at or after this moment", "example": "2017-03-01T00:00:00Z"}
    )
    starts_before = DateTimeBound(metadata={"description": "May start before this moment", "example": "2017-06-01"})
    registration = _choice("open", "closed", "invitation")
    recorded = ma.fields.Boolean()


class SessionQuery(FilterQuery, DetailQuery, PageQuery):
    """A list of sessions."""

    sort = ma.fields.String(load_default="starts", validate=OneOf(("starts", "-starts", "title", "-published")))
    facets = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Count the sessions of each term, under the filters but those of its vocabulary"},
    )


class RecordingQuery(DetailQuery, PageQuery):
    """A list of recordings."""
