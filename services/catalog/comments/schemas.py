"""Comments: what readers send and what the API returns."""

import marshmallow as ma
from marshmallow.validate import OneOf

from services.catalog.taxonomy.text_fields import Text
from shared.http.pagination import PageQuery
from shared.http.schema_fields import NameField, reject_invisible

STATUSES = ("pending", "approved", "rejected")


class CommentInputSchema(ma.Schema):
    author = NameField(100, least=1, required=True, metadata={"description": "The name to be shown", "example": "Ada"})
    body = Text(
        5000,
        least=1,
        required=True,
        validate=[reject_invisible],
        metadata={"description": "Markdown", "example": "This *helped* us."},
    )


class ReceivedSchema(ma.Schema):
    id = ma.fields.UUID()
    status = ma.fields.String(validate=OneOf(STATUSES))


class CommentSchema(ma.Schema):
    id = ma.fields.UUID()
    author = ma.fields.String()
    body = ma.fields.String(metadata={"description": "Markdown"})
    body_html = ma.fields.String()
    created_at = ma.fields.AwareDateTime()


class ModeratedSchema(CommentSchema):
    kind = ma.fields.String(validate=OneOf(("session", "announcement")), metadata={"description": "What it is about"})
    session = ma.fields.String(metadata={"description": "Slug of the session, or of the announcement"})
    status = ma.fields.String(validate=OneOf(STATUSES))


class CommentListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(CommentSchema))
    next = ma.fields.String(allow_none=True)


class ModeratedListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(ModeratedSchema))
    next = ma.fields.String(allow_none=True)


class RejectedSchema(ma.Schema):
    rejected = ma.fields.Integer(metadata={"description": "How many comments"})


class ModerationQuery(PageQuery):
    status = ma.fields.String(load_default="pending", validate=OneOf(STATUSES))
