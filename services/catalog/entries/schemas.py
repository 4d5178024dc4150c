"""Schemas that several kinds of entries share: references, involvements, links."""

from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow.validate import OneOf

from services.catalog.dates.schemas import WhenSchema
from services.catalog.taxonomy.text_fields import Slug


class OrganizationReferenceSchema(ma.Schema):
    slug = ma.fields.String()
    name = ma.fields.String()


@dataclass(frozen=True, kw_only=True)
class Involvement:
    organization: str
    role: str


class InvolvementSchema(ma.Schema):
    organization = Slug(required=True, metadata={"example": "world-cafe"})
    role = ma.fields.String(required=True, validate=OneOf(("organizer", "partner", "facilitator", "funder")))

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Involvement:
        return Involvement(**data)


class ReferenceSchema(ma.Schema):
    slug = ma.fields.String()
    title = ma.fields.String()


class InvolvedSchema(ma.Schema):
    slug = ma.fields.String(metadata={"example": "world-cafe"})
    name = ma.fields.String(metadata={"example": "World Café"})
    role = ma.fields.String(metadata={"example": "facilitator"})


class LinksSchema(ma.Schema):
    self = ma.fields.String()
    page = ma.fields.String()


class SessionLinksSchema(LinksSchema):
    ics = ma.fields.String(allow_none=True)
    register = ma.fields.String()


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
