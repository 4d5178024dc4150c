"""Organizations: their part of the program document, and what the public reads."""

from dataclasses import dataclass

import marshmallow as ma

from services.catalog.entries.schemas import LinksSchema, OrganizationReferenceSchema
from services.catalog.taxonomy.schemas import making
from services.catalog.taxonomy.text_fields import Slug, Text, WebUrl


@dataclass(frozen=True, kw_only=True)
class OrganizationPart:
    slug: str
    name: str
    url: str | None


class OrganizationPartSchema(ma.Schema):
    slug = Slug(required=True, metadata={"example": "ncdd"})
    name = Text(300, least=1, required=True)
    url = WebUrl(load_default=None, allow_none=True)
    make = making(OrganizationPart)


class OrganizationSchema(OrganizationReferenceSchema):
    id = ma.fields.UUID()
    url = ma.fields.String(allow_none=True)
    revision = ma.fields.Integer()
    updated_at = ma.fields.AwareDateTime()
    links = ma.fields.Nested(LinksSchema)


class OrganizationListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(OrganizationSchema))
    next = ma.fields.String(allow_none=True)
