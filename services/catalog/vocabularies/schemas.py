"""Vocabularies and terms: what staff send, and what the public reads."""

from dataclasses import dataclass

import marshmallow as ma

from services.catalog.entries.schemas import LinksSchema
from services.catalog.taxonomy.schemas import making
from services.catalog.taxonomy.text_fields import Slug, Text


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


class TermSchema(ma.Schema):
    slug = ma.fields.String()
    label = ma.fields.String()
    count = ma.fields.Integer(metadata={"description": "How many published sessions it describes"})


class VocabularySchema(ma.Schema):
    name = ma.fields.String()
    label = ma.fields.String()
    terms = ma.fields.List(ma.fields.Nested(TermSchema))
    links = ma.fields.Nested(LinksSchema)


class VocabularyListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(VocabularySchema))
    next = ma.fields.String(allow_none=True)
