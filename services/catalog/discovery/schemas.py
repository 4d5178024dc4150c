"""What crosses the doors of lists of sessions and of the changes feed."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range

from services.catalog.fields import Bound, Slug
from services.catalog.sessions.schemas import FORMATS, STATUSES, SessionSchema
from shared.http.pagination import LIMIT, MOST, PageQuery


class SessionListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SessionSchema))
    next = ma.fields.String(allow_none=True)


def _choice(*values: str) -> ma.fields.List:
    return ma.fields.List(ma.fields.String(validate=OneOf(values)), validate=Length(max=20))


def _slugs() -> ma.fields.List:
    return ma.fields.List(Slug(), validate=Length(max=20))


class SessionQuery(PageQuery):
    """Which sessions: several values of one parameter widen, several parameters narrow."""

    initiative = _slugs()
    series = _slugs()
    format = _choice(*FORMATS)
    status = _choice(*STATUSES)
    library_type = _slugs()
    topic = _slugs()
    starts_after = Bound(
        metadata={"description": "May start at or after this moment", "example": "2017-03-01T00:00:00Z"}
    )
    starts_before = Bound(metadata={"description": "May start before this moment", "example": "2017-06-01"})
    registration = _choice("open", "closed", "invitation")
    recorded = ma.fields.Boolean()
    sort = ma.fields.String(load_default="starts", validate=OneOf(("starts", "-starts")))


class ChangesQuery(ma.Schema):
    after = ma.fields.String(
        load_default=None,
        validate=Length(max=500),
        metadata={"description": "`cursor` of the last change that was seen, or `last` of an answer"},
    )
    limit = ma.fields.Integer(load_default=LIMIT, validate=Range(1, MOST))


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
