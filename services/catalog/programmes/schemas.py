"""What crosses the doors of programmes: their parts of the programme document, and what the public reads of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.catalog.dates.domain import When
from services.catalog.fields import Address, Edtf, Members, Slug, Text, Title
from services.catalog.sessions.schemas import (
    FORMATS,
    InvolvedSchema,
    Involvement,
    InvolvementSchema,
    LinksSchema,
    ReferenceSchema,
    WhenSchema,
)

COUNTS = ("live", "recorded")


def making(kind: Callable[..., Any]) -> Callable[..., Any]:
    """A schema's hook that makes a `kind` of what was loaded."""

    @ma.post_load
    def make(_self: ma.Schema, data: dict[str, Any], **_: Any) -> Any:
        return kind(**data)

    return make


@dataclass(frozen=True, kw_only=True)
class OrganizationPart:
    slug: str
    name: str
    url: str | None


class OrganizationPartSchema(ma.Schema):
    slug = Slug(required=True, metadata={"example": "ncdd"})
    name = Text(300, least=1, required=True)
    url = Address(load_default=None, allow_none=True)
    make = making(OrganizationPart)


@dataclass(frozen=True, kw_only=True)
class TermPart:
    slug: str
    label: str


class TermPartSchema(ma.Schema):
    slug = Slug(required=True, metadata={"example": "community-engagement"})
    label = Text(200, least=1, required=True, metadata={"example": "Community Engagement"})
    make = making(TermPart)


class TermLabelSchema(ma.Schema):
    label = Text(200, least=1, required=True, metadata={"example": "Community Engagement"})


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
    when = Edtf(load_default=None, allow_none=True, metadata={"description": "EDTF", "example": "2016-12/2018-12"})
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


@dataclass(frozen=True, kw_only=True)
class Completion:
    sessions: list[str]
    counts: list[str]
    invites_to: str | None


class CompletionPartSchema(ma.Schema):
    sessions = ma.fields.List(Slug(), required=True, validate=Length(1, 100))
    counts = ma.fields.List(
        ma.fields.String(validate=OneOf(COUNTS)), load_default=lambda: list(COUNTS), validate=Length(min=1)
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
    when = Edtf(load_default=None, allow_none=True, metadata={"description": "EDTF", "example": "2017-21"})
    audience = ma.fields.Nested(AudienceSchema, load_default=lambda: AudienceSchema().load({}))
    completion = ma.fields.Nested(CompletionPartSchema, load_default=None, allow_none=True)
    make = making(SeriesPart)


class FundingSchema(ma.Schema):
    funder = ma.fields.Nested(lambda: OrganizationReferenceSchema())
    program = ma.fields.String(allow_none=True)
    grant = ma.fields.String(allow_none=True, metadata={"example": "RE-40-16-0137-16"})
    acknowledgement = ma.fields.String(allow_none=True)


class OrganizationReferenceSchema(ma.Schema):
    slug = ma.fields.String()
    name = ma.fields.String()


class FollowsSchema(ma.Schema):
    slug = ma.fields.String()
    title = ma.fields.String(allow_none=True, metadata={"description": "Null where this catalog does not hold it"})


class DescribedSchema(ma.Schema):
    id = ma.fields.UUID()
    slug = ma.fields.String()
    title = ma.fields.String()
    summary = ma.fields.String()
    description = ma.fields.String(metadata={"description": "Markdown"})
    description_html = ma.fields.String()
    when = ma.fields.Nested(WhenSchema, allow_none=True)
    sessions = ma.fields.List(ma.fields.Nested(ReferenceSchema))
    revision = ma.fields.Integer()
    updated_at = ma.fields.AwareDateTime()
    links = ma.fields.Nested(LinksSchema)


class InitiativeSchema(DescribedSchema):
    partners = ma.fields.List(ma.fields.Nested(InvolvedSchema))
    funding = ma.fields.Nested(FundingSchema, allow_none=True)
    follows = ma.fields.Nested(FollowsSchema, allow_none=True)
    planned = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
    series = ma.fields.List(ma.fields.Nested(ReferenceSchema))


class CompletionSchema(ma.Schema):
    sessions = ma.fields.List(ma.fields.String(), metadata={"description": "Slugs of the sessions that count"})
    counts = ma.fields.List(ma.fields.String(validate=OneOf(COUNTS)))
    invites_to = ma.fields.String(allow_none=True, metadata={"description": "Slug of the session it invites to"})


class SeriesSchema(DescribedSchema):
    initiative = ma.fields.Nested(ReferenceSchema)
    audience = ma.fields.Nested(AudienceSchema)
    completion = ma.fields.Nested(CompletionSchema, allow_none=True)


class OrganizationSchema(OrganizationReferenceSchema):
    id = ma.fields.UUID()
    url = ma.fields.String(allow_none=True)
    revision = ma.fields.Integer()
    updated_at = ma.fields.AwareDateTime()
    links = ma.fields.Nested(LinksSchema)


class TermSchema(ma.Schema):
    slug = ma.fields.String()
    label = ma.fields.String()
    count = ma.fields.Integer(metadata={"description": "How many published sessions it describes"})


class VocabularySchema(ma.Schema):
    name = ma.fields.String()
    label = ma.fields.String()
    terms = ma.fields.List(ma.fields.Nested(TermSchema))
    links = ma.fields.Nested(LinksSchema)


class InitiativeListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(InitiativeSchema))
    next = ma.fields.String(allow_none=True)


class SeriesListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SeriesSchema))
    next = ma.fields.String(allow_none=True)


class OrganizationListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(OrganizationSchema))
    next = ma.fields.String(allow_none=True)


class VocabularyListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(VocabularySchema))
    next = ma.fields.String(allow_none=True)
