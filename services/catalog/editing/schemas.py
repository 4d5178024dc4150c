"""Queries of the editing pages, and the list of all entries."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.catalog.taxonomy.vocabularies import EDITABLE_KINDS, STATES
from shared.http.pagination import PageQuery


class NewQuery(ma.Schema):
    """The initiative and series of a new entry."""

    initiative = ma.fields.String(load_default="", validate=Length(max=100))
    series = ma.fields.String(load_default="", validate=Length(max=100))


class LabelQuery(ma.Schema):
    """A date in EDTF, under either name that its field may have."""

    edtf = ma.fields.String(load_default="", validate=Length(max=100))
    when = ma.fields.String(load_default="", validate=Length(max=100))


class EntriesQuery(PageQuery):
    kind = ma.fields.String(load_default=None, validate=OneOf([*EDITABLE_KINDS, "vocabulary"]))
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
