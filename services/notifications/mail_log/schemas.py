"""What crosses the HTTP door of the log of mails."""

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.notifications.messages.kinds import KINDS
from services.notifications.messages.message_states import MessageState
from services.notifications.rendering.schemas import RenderedSchema
from shared.http.pagination import PageQuery
from shared.state_machines import values

STATES = values(MessageState)


class MessagesQuery(PageQuery):
    """Which mails; conditions are combined."""

    recipient = ma.fields.String(
        load_default=None,
        validate=Length(1, 254),
        metadata={"description": "To this address", "example": "ann@library.example"},
    )
    kind = ma.fields.String(load_default=None, validate=OneOf(KINDS))
    state = ma.fields.String(load_default=None, validate=OneOf(STATES))
    session = ma.fields.String(
        load_default=None,
        validate=Length(1, 200),
        metadata={"description": "About the session of this slug", "example": "world-cafe"},
    )
    event = ma.fields.UUID(load_default=None, metadata={"description": "Caused by the event of this id"})


class MessageSessionSchema(ma.Schema):
    id = ma.fields.UUID()
    slug = ma.fields.String(metadata={"example": "world-cafe"})
    title = ma.fields.String(metadata={"example": "World Café"})


class MessageSchema(ma.Schema):
    """A mail: to whom, why, and what became of it."""

    id = ma.fields.UUID(metadata={"description": "Also what stands before the @ of its Message-ID"})
    kind = ma.fields.String(validate=OneOf(KINDS))
    category = ma.fields.String(validate=OneOf(["single", "bulk"]))
    recipient = ma.fields.String(metadata={"example": "ann@library.example"})
    event_id = ma.fields.UUID(metadata={"description": "The event that caused it"})
    subject = ma.fields.UUID(metadata={"description": "The registration, or the invitation, that it is about"})
    session = ma.fields.Nested(MessageSessionSchema, allow_none=True)
    state = ma.fields.String(
        validate=OneOf(STATES),
        metadata={
            "description": "`superseded`: overtaken by a later event, so it was not sent (`reason` says by what); "
            "`in_doubt`: nobody can tell whether the server took it",
            "example": "sent",
        },
    )
    attempts = ma.fields.Integer(metadata={"description": "How often it was offered to the mail server"})
    doubts = ma.fields.Integer(
        metadata={"description": "How often it was in doubt: the most often that it can have arrived, less one"}
    )
    caused_at = ma.fields.AwareDateTime()
    dated_at = ma.fields.AwareDateTime(allow_none=True, metadata={"description": "Its Date header"})
    sent_at = ma.fields.AwareDateTime(allow_none=True)
    reply = ma.fields.String(allow_none=True, metadata={"description": "What the mail server last said"})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it was not sent, or not yet"})


class MessageListSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(MessageSchema))
    next = ma.fields.String(allow_none=True)


class MessageDetailSchema(MessageSchema):
    rendered = ma.fields.Nested(
        RenderedSchema, allow_none=True, metadata={"description": "Null where the person was erased"}
    )
