"""Initiatives: their part of the program document, and what the public reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.catalog.dates.date_fields import EdtfDate
from services.catalog.dates.edtf_dates import When
from services.catalog.entries.schemas import (
    DescribedSchema,
    InvolvedSchema,
    Involvement,
    InvolvementSchema,
    OrganizationReferenceSchema,
    ReferenceSchema,
)
from services.catalog.taxonomy.schemas import making
from services.catalog.taxonomy.text_fields import Members, Slug, Text, Title
from services.catalog.taxonomy.vocabularies import FORMATS


class FundingPartSchema(ma.Schema):
    funder = Slug(required=True, metadata={"example": "imls"})
    program = Text(300, load_default=None, allow_none=True)
    grant = Text(100, load_default=None, allow_none=True, metadata={"example": "RE-40-16-0137-16"})
    acknowledgement = Text(2000, load_default=None, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class InitiativePart:
    slug: str
    title: str
    summary: str
    description: str
    when: When | None
    partners: list[Involvement]
    funding: dict[str, Any] | None
    follows: str | None
    planned: dict[str, int]
    publish: bool | None = None
    publish_at: datetime | None = None


class InitiativePartSchema(ma.Schema):
    slug = Slug(required=True, metadata={"example": "ltc-models-for-change"})
    title = Title(required=True)
    summary = Text(2000, load_default="")
    description = Text(50_000, load_default="", metadata={"description": "Markdown"})
    when = EdtfDate(load_default=None, allow_none=True, metadata={"description": "EDTF", "example": "2016-12/2018-12"})
    partners = ma.fields.List(ma.fields.Nested(InvolvementSchema), load_default=list, validate=Length(max=100))
    funding = ma.fields.Nested(FundingPartSchema, load_default=None, allow_none=True)
    follows = Slug(
        load_default=None,
        allow_none=True,
        metadata={"description": "The earlier initiative; this catalog need not hold it"},
    )
    planned = Members(
        keys=ma.fields.String(validate=OneOf(FORMATS)),
        values=ma.fields.Integer(strict=True, validate=Range(0, 100_000)),
        load_default=dict,
        metadata={"example": {"webinar": 10, "workshop": 3}},
    )
    make = making(InitiativePart)


class FundingSchema(ma.Schema):
    funder = ma.fields.Nested(lambda: OrganizationReferenceSchema())
    program = ma.fields.String(allow_none=True)
    grant = ma.fields.String(allow_none=True, metadata={"example": "RE-40-16-0137-16"})
    acknowledgement = ma.fields.String(allow_none=True)


class FollowsSchema(ma.Schema):
    slug = ma.fields.String()
    title = ma.fields.String(allow_none=True, metadata={"description": "Null where this catalog does not hold it"})


class InitiativeSchema(DescribedSchema):
    partners = ma.fields.List(ma.fields.Nested(InvolvedSchema))
    funding = ma.fields.Nested(FundingSchema, allow_none=True)
    follows = ma.fields.Nested(FollowsSchema, allow_none=True)
    planned = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
    series = ma.fields.List(ma.fields.Nested(ReferenceSchema))


class InitiativeListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(InitiativeSchema))
    next = ma.fields.String(allow_none=True)
