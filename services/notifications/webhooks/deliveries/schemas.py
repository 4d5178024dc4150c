"""What crosses the door of the log of deliveries."""

import marshmallow as ma
from marshmallow.validate import OneOf

from services.notifications.webhooks.deliveries.delivery_states import DeliveryState
from shared.http.pagination import PageQuery
from shared.state_machines import values

STATES = values(DeliveryState)
STATUS = {"description": "What the site answered; null where it did not", "example": 503}
MILLISECONDS = {"description": "How long the call took", "example": 84}
ERROR = {"description": "Why it did not take it", "example": "answered 503"}


class WebhookDeliveriesQuery(PageQuery):
    state = ma.fields.String(load_default=None, validate=OneOf(STATES))


class WebhookDeliverySchema(ma.Schema):
    """What a site is, or was, to be told, and what became of it."""

    id = ma.fields.UUID()
    event_id = ma.fields.UUID(metadata={"description": "Its `webhook-id`, the same for every try and redelivery"})
    type = ma.fields.String(metadata={"example": "catalog.session.rescheduled"})
    subject = ma.fields.String(metadata={"description": "The id of what it is about"})
    sequence = ma.fields.Integer(metadata={"description": "Counts the changes of the subject", "example": 7})
    state = ma.fields.String(
        validate=OneOf(STATES),
        metadata={"description": "`retry`: it failed and is tried again; `failed`: it is not", "example": "delivered"},
    )
    attempts = ma.fields.Integer(metadata={"description": "How often it was sent"})
    queued_at = ma.fields.AwareDateTime()
    next_attempt_at = ma.fields.AwareDateTime(allow_none=True)
    delivered_at = ma.fields.AwareDateTime(allow_none=True, metadata={"description": "When it was last taken"})
    status = ma.fields.Integer(allow_none=True, metadata=STATUS)
    milliseconds = ma.fields.Integer(allow_none=True, metadata=MILLISECONDS)
    error = ma.fields.String(allow_none=True, metadata=ERROR)


class WebhookDeliveriesSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(WebhookDeliverySchema))
    next = ma.fields.String(allow_none=True)


class WebhookCallSchema(ma.Schema):
    """A call that was made."""

    at = ma.fields.AwareDateTime()
    status = ma.fields.Integer(allow_none=True, metadata=STATUS)
    milliseconds = ma.fields.Integer(metadata=MILLISECONDS)
    error = ma.fields.String(allow_none=True, metadata=ERROR)


class WebhookDeliveryDetailSchema(WebhookDeliverySchema):
    """A delivery with what was sent and with the calls of the last 30 days. What the site answered, but for its status,
    is not kept.
    """

    body = ma.fields.String(
        metadata={"description": "To the letter, as it is signed", "example": '{"type":"catalog.session.held",…}'}
    )
    calls = ma.fields.List(ma.fields.Nested(WebhookCallSchema), metadata={"description": "The first first"})
