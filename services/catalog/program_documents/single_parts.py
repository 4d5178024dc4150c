"""Single parts of a program document, as they are created and replaced one at a time."""

from services.catalog.announcements.schemas import AnnouncementPartSchema
from services.catalog.initiatives.schemas import InitiativePartSchema
from services.catalog.organizations.schemas import OrganizationPartSchema
from services.catalog.series.schemas import SeriesPartSchema
from services.catalog.sessions.document_part import SessionPartSchema
from services.catalog.taxonomy.text_fields import Slug


def _initiative() -> Slug:
    return Slug(required=True, metadata={"description": "To which it belongs", "example": "ltc-models-for-change"})


def _standing() -> Slug:
    return Slug(metadata={"description": "That to which it belongs, or left out"})


def _renamed() -> Slug:
    return Slug(load_default=lambda: "", metadata={"description": "Another one renames it; left out, it stays"})


class SeriesCreationSchema(SeriesPartSchema):
    initiative = _initiative()


class SessionCreationSchema(SessionPartSchema):
    """A new session, without members that have actions of their own."""

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
    """A replaced session, without members that have actions of their own."""

    class Meta:
        exclude = ("recording", "cancelled")

    slug = _renamed()
    initiative = _standing()


class AnnouncementReplacementSchema(AnnouncementPartSchema):
    slug = _renamed()
    initiative = _standing()
