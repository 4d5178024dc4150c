"""Sessions as the public reads them."""

import marshmallow as ma
from marshmallow.validate import OneOf

from services.catalog.dates.schemas import WhenSchema
from services.catalog.entries.schemas import InvolvedSchema, ReferenceSchema, SessionLinksSchema
from services.catalog.sessions.document_part import MaterialSchema, PlaceSchema
from services.catalog.taxonomy.text_fields import CommaSeparated
from services.catalog.taxonomy.vocabularies import FORMATS, POLICIES, STATUSES


class PartOfSeriesSchema(ReferenceSchema):
    position = ma.fields.Integer(
        allow_none=True, metadata={"description": "Null for the session that completing the series invites to"}
    )
    of = ma.fields.Integer(metadata={"description": "How many sessions the series has without that one"})


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
    """Which members of each session are shown."""

    fields_ = CommaSeparated(
        *SessionSchema._declared_fields,
        data_key="fields",
        load_default=None,
        metadata={"description": "Members to show, separated by commas; all without it", "example": "slug,title,when"},
    )
    include = CommaSeparated(
        "series",
        "organizations",
        load_default=None,
        metadata={"description": "Members to embed whole instead of by name, separated by commas"},
    )
