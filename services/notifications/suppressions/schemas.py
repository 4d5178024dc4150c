"""What crosses the door of suppressions."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from shared.http.pagination import PageQuery

EMAIL = {"example": "ada@library.example"}


class SuppressionsQuery(PageQuery):
    email = ma.fields.String(load_default=None, validate=Length(3, 320), metadata=EMAIL)


class SuppressSchema(ma.Schema):
    """An address that is to get no more mail."""

    email = ma.fields.String(required=True, validate=Length(3, 320), metadata=EMAIL)
    detail = ma.fields.String(load_default="", validate=Length(max=500), metadata={"description": "Why"})


class SuppressionSchema(ma.Schema):
    """An address that no mail goes to."""

    id = ma.fields.UUID()
    email = ma.fields.String(metadata=EMAIL)
    reason = ma.fields.String(
        validate=OneOf(["bounce", "complaint", "staff"]),
        metadata={"description": "`bounce`: there is no such address; `complaint`: its owner called our mail spam"},
    )
    detail = ma.fields.String(metadata={"description": "What a mail server said, or why staff did it"})
    since = ma.fields.AwareDateTime()


class SuppressionsSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SuppressionSchema))
    next = ma.fields.String(allow_none=True)
