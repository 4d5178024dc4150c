"""The programme document, and the answer to its import."""

from dataclasses import dataclass

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.announcements.schemas import AnnouncementPart, AnnouncementPartSchema
from services.catalog.fields import Members
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
    initiative = ma.fields.Nested(InitiativePartSchema, required=True)
    series = ma.fields.List(ma.fields.Nested(SeriesPartSchema), load_default=list, validate=Length(max=MOST))
    sessions = ma.fields.List(ma.fields.Nested(SessionPartSchema), load_default=list, validate=Length(max=MOST))
    announcements = ma.fields.List(
        ma.fields.Nested(AnnouncementPartSchema), load_default=list, validate=Length(max=MOST)
    )
    make = making(Programme)


class ImportQuery(ma.Schema):
    dry_run = ma.fields.Boolean(load_default=False, metadata={"description": "Only tell what would be done"})


class ImportedSchema(ma.Schema):
    kind = ma.fields.String(metadata={"example": "session"})
    slug = ma.fields.String(metadata={"example": "world-cafe"})


class ReportSchema(ma.Schema):
    """What an import did, or would do."""

    dry_run = ma.fields.Boolean()
    created = ma.fields.List(ma.fields.Nested(ImportedSchema))
    changed = ma.fields.List(ma.fields.Nested(ImportedSchema))
    unchanged = ma.fields.List(ma.fields.Nested(ImportedSchema))
