"""The programme document, and the answer to its import."""

from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.announcements.schemas import AnnouncementPart, AnnouncementPartSchema
from services.catalog.fields import Members, OffsetMoment
from services.catalog.programmes.schemas import (
    InitiativePart,
    InitiativePartSchema,
    OrganizationPart,
    OrganizationPartSchema,
    SeriesPart,
    SeriesPartSchema,
    TermPart,
    TermPartSchema,
    making,
)
from services.catalog.publishing.domain import Outcome
from services.catalog.sessions.schemas import VOCABULARIES, SessionPart, SessionPartSchema

MOST = 2000


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One initiative with everything in it."""

    publish: bool
    organizations: list[OrganizationPart]
    vocabularies: dict[str, list[TermPart]]
    initiative: InitiativePart
    series: list[SeriesPart]
    sessions: list[SessionPart]
    announcements: list[AnnouncementPart]


class Published(ma.Schema):
    """When a part becomes public, where that is not what its document says."""

    publish = ma.fields.Boolean(
        load_default=None, allow_none=True, metadata={"description": "Left out, what the document says"}
    )
    publish_at = OffsetMoment(
        load_default=None,
        allow_none=True,
        metadata={"description": "Not before this moment", "example": "2017-01-09T10:00:00-06:00"},
    )


class InitiativeInDocumentSchema(InitiativePartSchema, Published):
    """The initiative of a programme document."""


class SeriesInDocumentSchema(SeriesPartSchema, Published):
    """A series of a programme document."""


class SessionInDocumentSchema(SessionPartSchema, Published):
    """A session of a programme document."""


class AnnouncementInDocumentSchema(AnnouncementPartSchema, Published):
    """An announcement of a programme document."""


class ProgrammeSchema(ma.Schema):
    """One initiative with everything in it."""

    publish = ma.fields.Boolean(load_default=True, metadata={"description": "False leaves what is new as drafts"})
    organizations = ma.fields.List(
        ma.fields.Nested(OrganizationPartSchema), load_default=list, validate=Length(max=MOST)
    )
    vocabularies = Members(
        keys=ma.fields.String(validate=OneOf(VOCABULARIES)),
        values=ma.fields.List(ma.fields.Nested(TermPartSchema), validate=Length(max=MOST)),
        load_default=dict,
    )
    initiative = ma.fields.Nested(InitiativeInDocumentSchema, required=True)
    series = ma.fields.List(ma.fields.Nested(SeriesInDocumentSchema), load_default=list, validate=Length(max=MOST))
    sessions = ma.fields.List(ma.fields.Nested(SessionInDocumentSchema), load_default=list, validate=Length(max=MOST))
    announcements = ma.fields.List(
        ma.fields.Nested(AnnouncementInDocumentSchema), load_default=list, validate=Length(max=MOST)
    )
    make = making(Programme)


class ImportQuery(ma.Schema):
    dry_run = ma.fields.Boolean(load_default=False, metadata={"description": "Only tell what would be done"})


class ImportedSchema(ma.Schema):
    kind = ma.fields.String(metadata={"example": "session"})
    slug = ma.fields.String(metadata={"example": "world-cafe"})


class ChangedSchema(ImportedSchema):
    changes = ma.fields.Method(
        "show_changes",
        metadata={
            "type": "object",
            "description": "`{member: [before, after]}`",
            "example": {"title": ["World Café", "The World Café"]},
        },
    )

    def show_changes(self, outcome: Outcome) -> dict[str, Any]:
        return outcome.difference()


class ReportSchema(ma.Schema):
    """What an import did, or would do."""

    dry_run = ma.fields.Boolean()
    created = ma.fields.List(ma.fields.Nested(ImportedSchema))
    changed = ma.fields.List(ma.fields.Nested(ChangedSchema))
    unchanged = ma.fields.List(ma.fields.Nested(ChangedSchema))
