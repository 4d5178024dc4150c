"""What crosses the doors of sessions: their part of the programme document, the bodies of actions, and what the public
reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.catalog.dates.domain import When
from services.catalog.dates.schemas import WhenFields, resolve_into, with_when
from services.catalog.fields import Address, Duration, Members, Moment, Names, Slug, Text, Title

VOCABULARIES = ("library_type", "topic", "job_function", "audience", "budget", "community_size")
FORMATS = ("webinar", "workshop")
STATUSES = ("planned", "scheduled", "held", "cancelled")
POLICIES = ("open", "invitation")


def terms_field() -> Members:
    """Terms of the vocabularies, by slug."""
    return Members(
        keys=ma.fields.String(validate=OneOf(VOCABULARIES)),
        values=ma.fields.List(Slug(), validate=Length(max=50)),
        load_default=dict,
        metadata={"example": {"library_type": ["public"], "topic": ["community-engagement"]}},
    )


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


@dataclass(frozen=True, kw_only=True)
class Admission:
    policy: str
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    capacity: int | None = None


class AdmissionSchema(ma.Schema):
    policy = ma.fields.String(required=True, validate=OneOf(POLICIES))
    opens_at = Moment(allow_none=True, metadata={"example": "2016-12-15T10:00:00"})
    closes_at = Moment(allow_none=True, metadata={"description": "Null: when the session begins"})
    capacity = ma.fields.Integer(
        allow_none=True, strict=True, validate=Range(1, 1_000_000), metadata={"description": "Null: unlimited"}
    )


class PlaceSchema(ma.Schema):
    name = Text(300, least=1, required=True, metadata={"example": "Colorado Convention Center"})
    address = Text(500, load_default=None, allow_none=True)
    room = Text(100, load_default=None, allow_none=True)


class OnlineInputSchema(ma.Schema):
    platform = Text(100, least=1, required=True, metadata={"example": "Zoom"})
    join_url = Address(
        load_default=None, allow_none=True, metadata={"description": "Never public: registrants get it by mail"}
    )


class PresenterPartSchema(ma.Schema):
    name = Text(200, least=1, required=True, metadata={"example": "Ada Lovelace"})
    title = Text(200, load_default=None, allow_none=True, metadata={"example": "Senior Facilitator"})
    organization = Slug(load_default=None, allow_none=True, metadata={"example": "world-cafe"})
    bio = Text(5000, load_default=None, allow_none=True)


class MaterialSchema(ma.Schema):
    title = Title(required=True, metadata={"example": "Slides of the webinar"})
    url = Address(required=True, metadata={"example": "https://files.example.org/world-cafe.pdf"})
    type = Text(50, load_default=None, allow_none=True, metadata={"example": "slides"})


class RecordingInputSchema(ma.Schema):
    url = Address(required=True, metadata={"example": "https://video.example.org/world-cafe"})
    duration = Duration(attribute="duration_seconds", required=True, metadata={"example": "PT1H30M"})
    captions = ma.fields.Boolean(load_default=False, metadata={"description": "True where there is a captions_url"})
    captions_url = Address(
        load_default=None,
        allow_none=True,
        metadata={"description": "WebVTT", "example": "https://video.example.org/world-cafe.vtt"},
    )
    transcript_url = Address(load_default=None, allow_none=True)

    @ma.post_load
    def say_captions(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"captions": data["captions"] or data["captions_url"] is not None}


class RecordingPartSchema(RecordingInputSchema):
    """A session's recording in the programme document."""

    published_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "Left out: now, or as it stands", "example": "2017-04-10T09:00:00"},
    )


@dataclass(frozen=True, kw_only=True)
class SessionPart:
    """A session as the programme document has it."""

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
    """A session's part of the programme document."""

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
            errors["closes_at"] = ["Must be after opens_at."]
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


class ScheduleSchema(WhenFields):
    """The exact time of a session that had none."""

    class Meta:
        exclude = ("edtf",)


class RescheduleSchema(WhenFields):
    """Another time, or an uncertain date."""


class ReferenceSchema(ma.Schema):
    slug = ma.fields.String()
    title = ma.fields.String()


class PartOfSeriesSchema(ReferenceSchema):
    position = ma.fields.Integer(
        allow_none=True, metadata={"description": "Null for the session that completing the series invites to"}
    )
    of = ma.fields.Integer(metadata={"description": "How many sessions the series has without that one"})


class WhenSchema(ma.Schema):
    edtf = ma.fields.String(metadata={"example": "2017-04-06T13:00:00-05:00"})
    label = ma.fields.String(metadata={"example": "Thursday, April 6, 2017, 1:00 PM CDT"})
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    timezone = ma.fields.String(metadata={"example": "America/Chicago"})


class InvolvedSchema(ma.Schema):
    slug = ma.fields.String(metadata={"example": "world-cafe"})
    name = ma.fields.String(metadata={"example": "World Café"})
    role = ma.fields.String(metadata={"example": "facilitator"})


class EmployerSchema(ma.Schema):
    slug = ma.fields.String(metadata={"example": "world-cafe"})
    name = ma.fields.String(metadata={"example": "World Café"})


class PresenterSchema(ma.Schema):
    name = ma.fields.String(metadata={"example": "Ada Lovelace"})
    title = ma.fields.String(allow_none=True, metadata={"example": "Senior Facilitator"})
    organization = ma.fields.Nested(EmployerSchema, allow_none=True)
    bio = ma.fields.String(allow_none=True)


class OnlineSchema(ma.Schema):
    platform = ma.fields.String()


class RegistrationSchema(ma.Schema):
    policy = ma.fields.String(validate=OneOf(POLICIES))
    opens_at = ma.fields.AwareDateTime(allow_none=True)
    closes_at = ma.fields.AwareDateTime(allow_none=True)
    capacity = ma.fields.Integer(allow_none=True)
    state = ma.fields.String(
        validate=OneOf(("not_open", "open", "full", "closed")),
        metadata={"description": "At this moment, so it is not in `changes`; `full`: the waiting list is taken"},
    )
    seats_left = ma.fields.Integer(allow_none=True, metadata={"description": "Null: unlimited; not in `changes`"})
    url = ma.fields.String()


class RecordingSchema(ma.Schema):
    url = ma.fields.String()
    duration = ma.fields.String(metadata={"example": "PT1H30M"})
    captions = ma.fields.Boolean()
    captions_url = ma.fields.String(
        allow_none=True, metadata={"description": "WebVTT", "example": "https://video.example.org/world-cafe.vtt"}
    )
    transcript_url = ma.fields.String(allow_none=True)
    published_at = ma.fields.AwareDateTime()


class PriceSchema(ma.Schema):
    free = ma.fields.Boolean()


class LinksSchema(ma.Schema):
    self = ma.fields.String()
    page = ma.fields.String()


class SessionLinksSchema(LinksSchema):
    ics = ma.fields.String(allow_none=True)
    register = ma.fields.String()


class SessionSchema(ma.Schema):
    id = ma.fields.UUID()
    slug = ma.fields.String(metadata={"example": "world-cafe"})
    title = ma.fields.String()
    summary = ma.fields.String()
    description = ma.fields.String(metadata={"description": "Markdown"})
    description_html = ma.fields.String()
    initiative = ma.fields.Nested(ReferenceSchema)
    series = ma.fields.Nested(PartOfSeriesSchema, allow_none=True)
    format = ma.fields.String(validate=OneOf(FORMATS))
    status = ma.fields.String(validate=OneOf(STATUSES))
    when = ma.fields.Nested(WhenSchema)
    venue = ma.fields.Nested(PlaceSchema, allow_none=True)
    online = ma.fields.Nested(OnlineSchema, allow_none=True)
    organizations = ma.fields.List(ma.fields.Nested(InvolvedSchema))
    presenters = ma.fields.List(ma.fields.Nested(PresenterSchema))
    terms = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()))
    learning_outcomes = ma.fields.List(
        ma.fields.String(), metadata={"example": ["Choose a model of dialogue for a purpose"]}
    )
    who_should_attend = ma.fields.String(metadata={"example": "Staff of public libraries"})
    registration = ma.fields.Nested(RegistrationSchema)
    recording = ma.fields.Nested(RecordingSchema, allow_none=True)
    materials = ma.fields.List(ma.fields.Nested(MaterialSchema))
    contact_hours = ma.fields.Float(allow_none=True)
    price = ma.fields.Nested(PriceSchema)
    revision = ma.fields.Integer()
    updated_at = ma.fields.AwareDateTime()
    links = ma.fields.Nested(SessionLinksSchema)


class DetailQuery(ma.Schema):
    """What is shown of each session."""

    fields_ = Names(
        *SessionSchema._declared_fields,
        data_key="fields",
        load_default=None,
        metadata={"description": "Members to show, separated by commas; all without it", "example": "slug,title,when"},
    )
    include = Names(
        "series",
        "organizations",
        load_default=None,
        metadata={"description": "What is to be embedded whole in place of its name, separated by commas"},
    )
