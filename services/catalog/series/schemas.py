"""Series: their part of the program document, and what the public reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.dates.date_fields import EdtfDate
from services.catalog.dates.edtf_dates import When
from services.catalog.entries.schemas import DescribedSchema, ReferenceSchema
from services.catalog.taxonomy.schemas import making
from services.catalog.taxonomy.text_fields import Slug, Text, Title
from services.catalog.taxonomy.vocabularies import COUNTS
from shared.http.page_messages import PageMessage
from shared.i18n import noop

NONE_CHOSEN = PageMessage("Shorter than minimum length 1.", on_page=noop("Please choose at least one."))


@dataclass(frozen=True, kw_only=True)
class Completion:
    sessions: list[str]
    counts: list[str]
    invites_to: str | None


class CompletionPartSchema(ma.Schema):
    sessions = ma.fields.List(Slug(), required=True, validate=Length(1, 100))
    counts = ma.fields.List(
        ma.fields.String(validate=OneOf(COUNTS)),
        load_default=lambda: list(COUNTS),
        validate=Length(min=1, error=NONE_CHOSEN),
    )
    invites_to = Slug(load_default=None, allow_none=True)
    make = making(Completion)


class AudienceSchema(ma.Schema):
    library_types = ma.fields.List(ma.fields.String(), load_default=list, validate=Length(max=50))
    community_sizes = ma.fields.List(ma.fields.String(), load_default=list, validate=Length(max=50))
    note = Text(1000, load_default=None, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class SeriesPart:
    slug: str
    title: str
    summary: str
    description: str
    when: When | None
    audience: dict[str, Any]
    completion: Completion | None
    initiative: str | None = None
    publish: bool | None = None
    publish_at: datetime | None = None


class SeriesPartSchema(ma.Schema):
    slug = Slug(required=True, metadata={"example": "large-urban-public"})
    title = Title(required=True)
    summary = Text(2000, load_default="")
    description = Text(50_000, load_default="", metadata={"description": "Markdown"})
    when = EdtfDate(load_default=None, allow_none=True, metadata={"description": "EDTF", "example": "2017-21"})
    audience = ma.fields.Nested(AudienceSchema, load_default=lambda: AudienceSchema().load({}))
    completion = ma.fields.Nested(CompletionPartSchema, load_default=None, allow_none=True)
    make = making(SeriesPart)


class CompletionSchema(ma.Schema):
    sessions = ma.fields.List(ma.fields.String(), metadata={"description": "Slugs of the sessions that count"})
    counts = ma.fields.List(ma.fields.String(validate=OneOf(COUNTS)))
    invites_to = ma.fields.String(allow_none=True, metadata={"description": "Slug of the session it invites to"})


class SeriesSchema(DescribedSchema):
    initiative = ma.fields.Nested(ReferenceSchema)
    audience = ma.fields.Nested(AudienceSchema)
    completion = ma.fields.Nested(CompletionSchema, allow_none=True)


class SeriesListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SeriesSchema))
    next = ma.fields.String(allow_none=True)
