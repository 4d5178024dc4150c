"""What crosses the doors of subscriptions."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Equal, Length, OneOf, Regexp

from shared.http.pagination import PageQuery
from shared.http.schema_fields import LineField, NameField, email_field

SLUG = Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="Must be a slug, such as public.")
MOST_TERMS = 20
ACTS = ("asked", "confirmed", "changed", "ended", "imported")


def terms(description: str, example: str, **kwargs: Any) -> ma.fields.List:
    """Slugs of a vocabulary of the catalog's."""
    return ma.fields.List(
        ma.fields.String(validate=[Length(1, 80), SLUG]),
        validate=Length(max=MOST_TERMS),
        metadata={"description": description, "example": [example]},
        **kwargs,
    )


class PreferencesSchema(ma.Schema):
    """What to hear of; what is left out stays as it is."""

    name = NameField(200, metadata={"example": "Ada Ünal"})
    library_types = terms("Kinds of libraries whose matters to hear of; none is all", "public")
    topics = terms("Topics to hear of; none is all", "community-engagement")
    digest = ma.fields.Boolean(metadata={"description": "Also a mail each week that brought something new"})


class SubscribeSchema(ma.Schema):
    """A wish to get the newsletter."""

    email = email_field()
    name = NameField(200, load_default="", metadata={"example": "Ada Ünal"})
    library_types = terms("Kinds of libraries whose matters to hear of; none is all", "public", load_default=list)
    topics = terms("Topics to hear of; none is all", "community-engagement", load_default=list)
    digest = ma.fields.Boolean(
        load_default=False, metadata={"description": "Also a mail each week that brought something new"}
    )


class AskedSchema(ma.Schema):
    detail = ma.fields.String()


class TokenSchema(ma.Schema):
    """The token of a link in a mail."""

    token = ma.fields.String(required=True, validate=Length(1, 500))


class TokenQuery(ma.Schema):
    token = ma.fields.String(load_default="", validate=Length(max=500), metadata={"description": "From the mail"})


class LeaveSchema(ma.Schema):
    """What a mail program sends (RFC 8058, 3.2)."""

    one_click = ma.fields.String(
        data_key="List-Unsubscribe", required=True, validate=Equal("One-Click"), metadata={"example": "One-Click"}
    )


class SubscriptionSchema(ma.Schema):
    """A reader of the newsletter."""

    email = ma.fields.String(metadata={"example": "ada@library.example"})
    name = ma.fields.String()
    status = ma.fields.String(validate=OneOf(["confirmed", "ended"]))
    library_types = ma.fields.List(ma.fields.String())
    topics = ma.fields.List(ma.fields.String())
    digest = ma.fields.Boolean()
    confirmed_at = ma.fields.AwareDateTime()
    ended_at = ma.fields.AwareDateTime(allow_none=True)


class OwnSubscriptionSchema(SubscriptionSchema):
    """A reader's own subscription, with where it is changed."""

    url = ma.fields.String(metadata={"description": "Where it is seen, changed (`PATCH`) and ended (`DELETE`)"})


class ReaderSchema(SubscriptionSchema):
    id = ma.fields.UUID()


class ConsentSchema(ma.Schema):
    """Something that a reader did."""

    act = ma.fields.String(validate=OneOf(ACTS))
    at = ma.fields.AwareDateTime()
    given_from = ma.fields.String(metadata={"description": "The address, or the service, that it came from"})
    wording = ma.fields.String(metadata={"description": "The text that they were shown"})


class ReaderDetailSchema(ReaderSchema):
    consents = ma.fields.List(ma.fields.Nested(ConsentSchema), metadata={"description": "The proof, in order"})


class ReadersQuery(PageQuery):
    email = ma.fields.String(load_default=None, validate=Length(3, 320), metadata={"example": "ada@library.example"})
    status = ma.fields.String(load_default=None, validate=OneOf(["confirmed", "ended"]))
    library_type = ma.fields.String(load_default=None, validate=Length(1, 80))
    topic = ma.fields.String(load_default=None, validate=Length(1, 80))


class ReadersSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(ReaderSchema))
    next = ma.fields.String(allow_none=True)


class ImportedSchema(SubscribeSchema):
    """A reader who confirmed elsewhere, with the proof of it."""

    confirmed_at = ma.fields.AwareDateTime(required=True)
    given_from = LineField(500, least=1, required=True, metadata={"description": "From where they confirmed"})
    wording = ma.fields.String(
        required=True, validate=Length(1, 2000), metadata={"description": "What they were shown when they did"}
    )


class ImportSchema(ma.Schema):
    readers = ma.fields.List(ma.fields.Nested(ImportedSchema), required=True, validate=Length(1, 5000))


class ImportQuery(ma.Schema):
    dry_run = ma.fields.Boolean(load_default=False, metadata={"description": "Tell what would be, and do nothing"})


class ImportReportSchema(ma.Schema):
    """What became of those who were given."""

    new = ma.fields.Integer()
    known = ma.fields.Integer(metadata={"description": "Read it already, and stay as they are"})
    left = ma.fields.Integer(metadata={"description": "Had left here, and are left alone"})
    suppressed = ma.fields.Integer(metadata={"description": "No mail goes to their address"})
