"""The changes feed."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from shared.http.pagination import DEFAULT_LIMIT, MAX_LIMIT


class ChangesQuery(ma.Schema):
    after = ma.fields.String(
        load_default=None,
        validate=Length(max=500),
        metadata={"description": "`cursor` of the last change that was seen, or `last` of an answer"},
    )
    limit = ma.fields.Integer(load_default=DEFAULT_LIMIT, validate=Range(1, MAX_LIMIT))


class ChangeSchema(ma.Schema):
    cursor = ma.fields.String(metadata={"description": "Where to go on after this change"})
    revision = ma.fields.Integer(metadata={"description": "The catalog's revision that made it"})
    kind = ma.fields.String(
        validate=OneOf(("organization", "vocabulary", "initiative", "series", "session", "announcement"))
    )
    id = ma.fields.UUID()
    slug = ma.fields.String()
    operation = ma.fields.String(
        validate=OneOf(("put", "delete")), metadata={"description": "`delete`: it is gone, a tombstone"}
    )
    changed_at = ma.fields.AwareDateTime()
    document = ma.fields.Dict(
        allow_none=True,
        metadata={"description": "As it then was, without what the moment decides; null in a tombstone"},
    )


class ChangesSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(ChangeSchema))
    next = ma.fields.String(allow_none=True, metadata={"description": "Cursor of the next page, null at the end"})
    last = ma.fields.String(
        allow_none=True, metadata={"description": "Where to go on later: the cursor of the last change here"}
    )
