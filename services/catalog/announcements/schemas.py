"""Announcements: their part of the program document, and what the public reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length

from services.catalog.dates import edtf_dates as dates
from services.catalog.dates.date_fields import IsoDateTime, Timezone
from services.catalog.dates.schemas import resolve_into
from services.catalog.entries.schemas import LinksSchema, ReferenceSchema
from services.catalog.taxonomy.schemas import terms_field
from services.catalog.taxonomy.text_fields import Slug, Text, Title


@dataclass(frozen=True, kw_only=True)
class AnnouncementPart:
    slug: str
    title: str
    summary: str
    body: str
    published_at: datetime
    timezone: str | None
    sessions: list[str]
    terms: dict[str, list[str]]
    initiative: str | None = None
    publish: bool | None = None
    publish_at: datetime | None = None


class AnnouncementPartSchema(ma.Schema):
    slug = Slug(required=True, metadata={"example": "free-training"})
    title = Title(required=True)
    summary = Text(2000, load_default="")
    body = Text(50_000, load_default="", metadata={"description": "Markdown"})
    published_at = IsoDateTime(required=True, metadata={"example": "2016-12-15T10:00:00"})
    timezone = Timezone(load_default=None, allow_none=True, metadata={"example": "America/Chicago"})
    sessions = ma.fields.List(Slug(), load_default=list, validate=Length(max=200))
    terms = terms_field()

    @ma.validates_schema(skip_on_field_errors=False)
    def check_moment(self, data: Mapping[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        if "published_at" in data and "timezone" in data:
            resolve_into(errors, "published_at", data["published_at"], data["timezone"])
        if errors:
            raise ma.ValidationError(errors)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> AnnouncementPart:
        published_at = dates.resolve(data["published_at"], data["timezone"])
        return AnnouncementPart(**{**data, "published_at": published_at})


class CrumbSchema(ma.Schema):
    title = ma.fields.String()
    url = ma.fields.String()


class AnnouncementSchema(ma.Schema):
    id = ma.fields.UUID()
    slug = ma.fields.String()
    title = ma.fields.String()
    summary = ma.fields.String()
    published_at = ma.fields.AwareDateTime()
    timezone = ma.fields.String(allow_none=True)
    body = ma.fields.String(metadata={"description": "Markdown"})
    body_html = ma.fields.String()
    breadcrumb = ma.fields.List(ma.fields.Nested(CrumbSchema))
    initiative = ma.fields.Nested(ReferenceSchema)
    sessions = ma.fields.List(ma.fields.Nested(ReferenceSchema))
    terms = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()))
    revision = ma.fields.Integer()
    updated_at = ma.fields.AwareDateTime()
    links = ma.fields.Nested(LinksSchema)


class AnnouncementListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(AnnouncementSchema))
    next = ma.fields.String(allow_none=True)
