"""A session's part of the program document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.catalog.dates.date_fields import IsoDateTime, IsoDuration
from services.catalog.dates.edtf_dates import When
from services.catalog.dates.schemas import WhenFields, resolve_into, with_when
from services.catalog.entries.schemas import Involvement, InvolvementSchema
from services.catalog.taxonomy.schemas import terms_field
from services.catalog.taxonomy.text_fields import Slug, Text, Title, WebUrl
from services.catalog.taxonomy.vocabularies import FORMATS, POLICIES
from shared.http.page_messages import PageMessage
from shared.i18n import noop

CLOSES_TOO_EARLY = PageMessage("Must be after opens_at.", on_page=noop("Must be after registration opens."))


@dataclass(frozen=True, kw_only=True)
class Admission:
    policy: str
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    capacity: int | None = None


class AdmissionSchema(ma.Schema):
    policy = ma.fields.String(required=True, validate=OneOf(POLICIES))
    opens_at = IsoDateTime(allow_none=True, metadata={"example": "2016-12-15T10:00:00"})
    closes_at = IsoDateTime(allow_none=True, metadata={"description": "Null: when the session begins"})
    capacity = ma.fields.Integer(
        allow_none=True, strict=True, validate=Range(1, 1_000_000), metadata={"description": "Null: unlimited"}
    )


class PlaceSchema(ma.Schema):
    name = Text(300, least=1, required=True, metadata={"example": "Colorado Convention Center"})
    address = Text(500, load_default=None, allow_none=True)
    room = Text(100, load_default=None, allow_none=True)


class OnlineInputSchema(ma.Schema):
    platform = Text(100, least=1, required=True, metadata={"example": "Zoom"})
    join_url = WebUrl(
        load_default=None, allow_none=True, metadata={"description": "Never public: registrants get it by email"}
    )


class PresenterPartSchema(ma.Schema):
    name = Text(200, least=1, required=True, metadata={"example": "Ada Lovelace"})
    title = Text(200, load_default=None, allow_none=True, metadata={"example": "Senior Facilitator"})
    organization = Slug(load_default=None, allow_none=True, metadata={"example": "world-cafe"})
    bio = Text(5000, load_default=None, allow_none=True)


class MaterialSchema(ma.Schema):
    title = Title(required=True, metadata={"example": "Slides of the webinar"})
    url = WebUrl(required=True, metadata={"example": "https://files.example.org/world-cafe.pdf"})
    type = Text(50, load_default=None, allow_none=True, metadata={"example": "slides"})


class RecordingInputSchema(ma.Schema):
    url = WebUrl(required=True, metadata={"example": "https://video.example.org/world-cafe"})
    duration = IsoDuration(attribute="duration_seconds", required=True, metadata={"example": "PT1H30M"})
    captions = ma.fields.Boolean(load_default=False, metadata={"description": "True where there is a captions_url"})
    captions_url = WebUrl(
        load_default=None,
        allow_none=True,
        metadata={"description": "WebVTT", "example": "https://video.example.org/world-cafe.vtt"},
    )
    transcript_url = WebUrl(load_default=None, allow_none=True)

    @ma.post_load
    def say_captions(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"captions": data["captions"] or data["captions_url"] is not None}


class RecordingPartSchema(RecordingInputSchema):
    """A session's recording in the program document."""

    published_at = IsoDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "Left out: now, or unchanged", "example": "2017-04-10T09:00:00"},
    )


@dataclass(frozen=True, kw_only=True)
class SessionPart:
    """A session in the program document."""

    slug: str
    title: str
    summary: str
    description: str
    format: str
    series: str | None
    when: When
    timezone: str | None
    organizations: list[Involvement]
    terms: dict[str, list[str]]
    registration: Admission
    venue: dict[str, Any] | None
    online: dict[str, Any] | None
    contact_hours: float | None
    presenters: list[dict[str, Any]]
    learning_outcomes: list[str]
    who_should_attend: str
    materials: list[dict[str, Any]]
    recording: dict[str, Any] | None
    cancelled: bool = False
    initiative: str | None = None
    publish: bool | None = None
    publish_at: datetime | None = None


class SessionPartSchema(WhenFields):
    """A session's part of the program document."""

    slug = Slug(required=True, metadata={"example": "world-cafe"})
    title = Title(required=True, metadata={"example": "World Café"})
    summary = Text(2000, load_default="")
    description = Text(50_000, load_default="", metadata={"description": "Markdown"})
    format = ma.fields.String(required=True, validate=OneOf(FORMATS))
    series = Slug(load_default=None, allow_none=True)
    organizations = ma.fields.List(ma.fields.Nested(InvolvementSchema), load_default=list, validate=Length(max=50))
    presenters = ma.fields.List(ma.fields.Nested(PresenterPartSchema), load_default=list, validate=Length(max=50))
    terms = terms_field()
    learning_outcomes = ma.fields.List(
        Text(500, least=1),
        load_default=list,
        validate=Length(max=50),
        metadata={"example": ["Choose a model of dialogue for a purpose"]},
    )
    who_should_attend = Text(2000, load_default="", metadata={"example": "Staff of public libraries"})
    registration = ma.fields.Nested(AdmissionSchema, load_default=lambda: {"policy": "open"})
    venue = ma.fields.Nested(PlaceSchema, load_default=None, allow_none=True)
    online = ma.fields.Nested(OnlineInputSchema, load_default=None, allow_none=True)
    contact_hours = ma.fields.Float(load_default=None, allow_none=True, validate=Range(0, 1000))
    materials = ma.fields.List(ma.fields.Nested(MaterialSchema), load_default=list, validate=Length(max=50))
    recording = ma.fields.Nested(
        RecordingPartSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "Left out, one that is published stays"},
    )
    cancelled = ma.fields.Boolean(
        load_default=False, metadata={"description": "True cancels it; otherwise it stays as it is"}
    )

    @ma.validates_schema(skip_on_field_errors=False)
    def check_recording(self, data: Mapping[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        _resolve_recording(data, errors)
        if errors:
            raise ma.ValidationError({"recording": errors})

    @ma.validates_schema(skip_on_field_errors=False)
    def check_window(self, data: Mapping[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        window = _resolve_window(data, errors)
        if window["opens_at"] and window["closes_at"] and window["closes_at"] <= window["opens_at"]:
            errors["closes_at"] = [CLOSES_TOO_EARLY]
        if errors:
            raise ma.ValidationError({"registration": errors})

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        admission = Admission(**{**data["registration"], **_resolve_window(data, {})})
        recording = _resolve_recording(data, {})
        return SessionPart(**{**with_when(data), "registration": admission, "recording": recording})


def _resolve_recording(data: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, Any] | None:
    given = data.get("recording")
    if not given or not given.get("published_at"):
        return given
    zone = data.get("timezone")
    return given | {"published_at": resolve_into(errors, "published_at", given["published_at"], zone)}


def _resolve_window(data: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, datetime | None]:
    given = data.get("registration") or {}
    zone = data.get("timezone")
    return {
        name: resolve_into(errors, name, given[name], zone) if given.get(name) else None
        for name in ("opens_at", "closes_at")
    }
