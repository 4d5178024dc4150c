"""What crosses the door of editing: parts of a programme document one at a time, with the initiative they belong to."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.announcements.schemas import AnnouncementPartSchema
from services.catalog.dates import domain as dates
from services.catalog.dates.schemas import resolve_into
from services.catalog.editing.domain import EDITORS
from services.catalog.fields import Moment, Slug, Timezone
from services.catalog.programmes.schemas import (
    InitiativePartSchema,
    OrganizationPartSchema,
    SeriesPartSchema,
)
from services.catalog.sessions.schemas import SessionPartSchema
from shared.http.pagination import PageQuery

STATES = ("draft", "scheduled", "published", "withdrawn")


def _initiative() -> Slug:
    return Slug(required=True, metadata={"description": "To which it belongs", "example": "ltc-models-for-change"})


def _standing() -> Slug:
    return Slug(metadata={"description": "That to which it belongs, or left out"})


def _renamed() -> Slug:
    return Slug(load_default=lambda: "", metadata={"description": "Another one renames it; left out, it stays"})


class SeriesCreationSchema(SeriesPartSchema):
    initiative = _initiative()


class SessionCreationSchema(SessionPartSchema):
    """Without what has actions of its own."""

    class Meta:
        exclude = ("recording", "cancelled")

    initiative = _initiative()


class AnnouncementCreationSchema(AnnouncementPartSchema):
    initiative = _initiative()


class OrganizationReplacementSchema(OrganizationPartSchema):
    slug = _renamed()


class InitiativeReplacementSchema(InitiativePartSchema):
    slug = _renamed()


class SeriesReplacementSchema(SeriesPartSchema):
    slug = _renamed()
    initiative = _standing()


class SessionReplacementSchema(SessionPartSchema):
    """Without what has actions of its own."""

    class Meta:
        exclude = ("recording", "cancelled")

    slug = _renamed()
    initiative = _standing()


class AnnouncementReplacementSchema(AnnouncementPartSchema):
    slug = _renamed()
    initiative = _standing()


class PublicationSchema(ma.Schema):
    """When it becomes public; at once where that is left out or past."""

    publish_at = Moment(load_default=None, allow_none=True, metadata={"example": "2016-12-15T10:00:00"})
    timezone = Timezone(load_default=None, allow_none=True, metadata={"example": "America/Chicago"})

    @ma.validates_schema
    def check_moment(self, data: Mapping[str, Any], **_: Any) -> None:
        errors: dict[str, list[str]] = {}
        if data["publish_at"]:
            resolve_into(errors, "publish_at", data["publish_at"], data["timezone"])
        if errors:
            raise ma.ValidationError(errors)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        moment = data["publish_at"]
        return {"at": dates.resolve(moment, data["timezone"]) if moment else None}


class NewQuery(ma.Schema):
    """To what a new thing is to belong."""

    initiative = ma.fields.String(load_default="", validate=Length(max=100))
    series = ma.fields.String(load_default="", validate=Length(max=100))


class WithdrawalQuery(ma.Schema):
    with_parts = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Of an initiative: withdraw what belongs to it and is public, too"},
    )


class LabelQuery(ma.Schema):
    """A date in EDTF, under whichever name its field has."""

    edtf = ma.fields.String(load_default="", validate=Length(max=100))
    when = ma.fields.String(load_default="", validate=Length(max=100))


class EntriesQuery(PageQuery):
    kind = ma.fields.String(load_default=None, validate=OneOf([*EDITORS, "vocabulary"]))
    state = ma.fields.String(load_default=None, validate=OneOf(STATES))


class EntryStateSchema(ma.Schema):
    id = ma.fields.UUID()
    kind = ma.fields.String()
    slug = ma.fields.String()
    title = ma.fields.String()
    state = ma.fields.String(validate=OneOf(STATES))
    publish_at = ma.fields.AwareDateTime(allow_none=True)
    published_at = ma.fields.AwareDateTime(allow_none=True)
    withdrawn_at = ma.fields.AwareDateTime(allow_none=True)
    updated_at = ma.fields.AwareDateTime()


class EntryStateListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(EntryStateSchema))
    next = ma.fields.String(allow_none=True)
