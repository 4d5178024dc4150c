"""The program document: one initiative with everything in it."""

from dataclasses import dataclass

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.announcements.schemas import AnnouncementPart, AnnouncementPartSchema
from services.catalog.dates.date_fields import OffsetDateTime
from services.catalog.initiatives.schemas import InitiativePart, InitiativePartSchema
from services.catalog.organizations.schemas import OrganizationPart, OrganizationPartSchema
from services.catalog.series.schemas import SeriesPart, SeriesPartSchema
from services.catalog.sessions.document_part import SessionPart, SessionPartSchema
from services.catalog.taxonomy.schemas import making
from services.catalog.taxonomy.text_fields import Members
from services.catalog.taxonomy.vocabularies import VOCABULARIES
from services.catalog.vocabularies.schemas import TermPart, TermPartSchema

MOST = 2000


@dataclass(frozen=True, kw_only=True)
class ProgramDocument:
    """One initiative with everything in it."""

    publish: bool
    organizations: list[OrganizationPart]
    vocabularies: dict[str, list[TermPart]]
    initiative: InitiativePart
    series: list[SeriesPart]
    sessions: list[SessionPart]
    announcements: list[AnnouncementPart]


class PublicationFields(ma.Schema):
    """When a part becomes public, if that differs from its document."""

    publish = ma.fields.Boolean(
        load_default=None, allow_none=True, metadata={"description": "Left out, what the document says"}
    )
    publish_at = OffsetDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "Not before this moment", "example": "2017-01-09T10:00:00-06:00"},
    )


class InitiativeInDocumentSchema(InitiativePartSchema, PublicationFields):
    """The initiative of a program document."""


class SeriesInDocumentSchema(SeriesPartSchema, PublicationFields):
    """A series of a program document."""


class SessionInDocumentSchema(SessionPartSchema, PublicationFields):
    """A session of a program document."""


class AnnouncementInDocumentSchema(AnnouncementPartSchema, PublicationFields):
    """An announcement of a program document."""


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
    make = making(ProgramDocument)
