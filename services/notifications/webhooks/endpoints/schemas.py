"""What crosses the door of webhooks."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Regexp

from services.notifications.formats.mail_headers import UnsafeText, check_address
from services.notifications.webhooks.http_client.urls import LONGEST
from services.notifications.webhooks.payloads import PATTERNS
from shared.http.schema_fields import LineField

STATES = ("active", "disabled")
MOST_VALUES = 50

URL = {
    "description": "Where it is called: https, port 443 or 8443, a host on the public network; no user, no fragment",
    "example": "https://www.library.example/hooks/learning?from=convene",
}
OWNER = {"description": "Who is told when it is disabled", "example": "Ada Lovelace"}
EMAIL = {"example": "web@library.example"}
SECRET = {
    "description": "Shown this once: what verifies the signatures (Standard Webhooks)",
    "example": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3K0nG8nNQ1k=",
}


def _values(example: str, *validate: Any) -> ma.fields.List:
    """Any of these."""
    one = ma.fields.String(validate=[Length(1, 200), *validate])
    return ma.fields.List(one, validate=Length(1, MOST_VALUES), metadata={"example": [example]})


class WebhookFiltersSchema(ma.Schema):
    """What an event must be about. It must match each that is given, by any of its values; what an event does not tell
    (a recording tells its series alone) does not match.
    """

    initiative = _values("ltc-models-for-change")
    series = _values("large-urban-public")
    format = _values("webinar", OneOf(["webinar", "workshop"]))
    terms = ma.fields.Dict(
        keys=ma.fields.String(validate=Regexp(r"[a-z_]{1,50}\Z")),
        values=_values("public"),
        validate=Length(1, 20),
        metadata={"description": "By vocabulary", "example": {"library_type": ["public"], "topic": ["dialogue"]}},
    )


class NewWebhookSchema(ma.Schema):
    """An endpoint of an outside site."""

    url = ma.fields.String(required=True, validate=Length(1, LONGEST), metadata=URL)
    owner_name = LineField(100, least=1, required=True, metadata=OWNER)
    owner_email = ma.fields.String(required=True, validate=Length(3, 254), metadata=EMAIL)
    description = LineField(
        500, load_default="", metadata={"description": "What it is for", "example": "Our calendar of trainings"}
    )
    types = ma.fields.List(
        ma.fields.String(validate=OneOf(PATTERNS)),
        required=True,
        validate=Length(1, len(PATTERNS)),
        metadata={
            "description": "Types of events, or patterns of them: only what the catalog makes public",
            "example": ["catalog.session.*", "catalog.recording.published"],
        },
    )
    filters = ma.fields.Nested(WebhookFiltersSchema, load_default=dict)

    @ma.validates("owner_email")
    def _check_address(self, email: str, **_kwargs: object) -> None:
        try:
            check_address(email)
        except UnsafeText as error:
            raise ma.ValidationError(str(error)) from None


class WebhookChangesSchema(NewWebhookSchema):
    """What is to be otherwise; the rest stays as it is."""

    state = ma.fields.String(
        validate=OneOf(STATES),
        metadata={
            "description": "`disabled`: nothing is queued, and what waits has failed; once it is `active` again, it is "
            "told of what happens from then on, and single deliveries can be redelivered"
        },
    )


class WebhookSchema(ma.Schema):
    """An endpoint of an outside site, and how it is."""

    id = ma.fields.UUID()
    url = ma.fields.String(metadata=URL)
    owner_name = ma.fields.String(metadata=OWNER)
    owner_email = ma.fields.String(metadata=EMAIL)
    description = ma.fields.String()
    types = ma.fields.List(ma.fields.String(), metadata={"example": ["catalog.session.*"]})
    filters = ma.fields.Nested(WebhookFiltersSchema)
    state = ma.fields.String(validate=OneOf(STATES))
    reason = ma.fields.String(
        allow_none=True, metadata={"description": "Why it is disabled", "example": "it answered 410 Gone"}
    )
    since = ma.fields.AwareDateTime(metadata={"description": "So long it has been in this state"})
    failing_since = ma.fields.AwareDateTime(
        allow_none=True, metadata={"description": "The first failure since something was last delivered"}
    )
    created_at = ma.fields.AwareDateTime()
    previous_until = ma.fields.AwareDateTime(
        allow_none=True, metadata={"description": "Until then the secret before the present one signs too"}
    )


class WebhooksSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(WebhookSchema))
    next = ma.fields.String(allow_none=True)


class WebhookCreatedSchema(WebhookSchema):
    secret = ma.fields.String(metadata=SECRET)


class WebhookSecretSchema(ma.Schema):
    """A new secret."""

    secret = ma.fields.String(metadata=SECRET)
    previous_until = ma.fields.AwareDateTime(metadata={"description": "Until then the one before signs too"})
