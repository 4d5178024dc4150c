"""Events in their envelope: CloudEvents 1.0 in the JSON event format.

`type` is `<service>.<aggregate>.<fact in the past tense>` and also the AMQP routing key; `id` a UUIDv7; `source` the
service; `subject` the aggregate's id; the extensions are `sequence` (the aggregate's revision, a number written as
text as CloudEvents' sequence extension has it), `correlationid` and `traceparent` (W3C). `data` carries the
aggregate's whole state after the change.

Sources: https://github.com/cloudevents/spec (1.0.2, JSON format 1.0.2, extension `sequence`, extension distributed
tracing).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import marshmallow
import marshmallow_dataclass
import orjson
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.v1.event import CloudEvent
from uuid_utils.compat import uuid7

from shared import strict_json
from shared.events.contract import ContractSchema, contract_errors

CONTENT_TYPE = "application/cloudevents+json"


class NotAnEvent(Exception):
    """Bytes that are no CloudEvent of ours: the message says why. What they held is not in it."""


class UnknownType(Exception):
    """A well formed event whose type or data this code does not know."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Attributes of an event besides its data. `time` is the program's time; `sequence` counts the aggregate's changes
    from 1.
    """

    id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    correlation_id: str | None = None
    traceparent: str | None = None

    @property
    def aggregate(self) -> str:
        return self.type.split(".")[1]


registry: dict[str, type["Event"]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """The data of an event. A concrete class names its type (`class SessionHeld(…, type="catalog.session.held")`)
    and, by `subject_in`, the member that is its aggregate, which has an `id` and a `revision`.
    """

    type: ClassVar[str]
    subject_in: ClassVar[str]

    def __init_subclass__(cls, type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if type:
            cls.type = type
            registry[type] = cls

    @property
    def subject(self) -> str:
        return str(getattr(self, self.subject_in).id)

    @property
    def sequence(self) -> int:
        return getattr(self, self.subject_in).revision


@cache
def schema_of(kind: type[Event]) -> marshmallow.Schema:
    """The marshmallow schema of an event's data."""
    return marshmallow_dataclass.class_schema(kind, base_schema=ContractSchema)()


def wrap(
    event: Event, *, time: datetime, correlation_id: str | None = None, traceparent: str | None = None
) -> tuple[Envelope, dict[str, Any]]:
    """Put `event` in an envelope: the envelope, and the CloudEvents document ready for JSON.

    Raises `marshmallow.ValidationError` where the data break their own contract, so that nothing invalid is ever
    published.
    """
    schema = schema_of(type(event))
    if broken := contract_errors(schema, event):
        raise marshmallow.ValidationError({event.type: broken})
    data: dict[str, Any] = orjson.loads(orjson.dumps({name: getattr(event, name) for name in schema.fields}))
    envelope = Envelope(
        id=uuid7(),
        type=event.type,
        source=event.type.split(".")[0],
        subject=event.subject,
        sequence=event.sequence,
        time=time.astimezone(UTC),
        correlation_id=correlation_id,
        traceparent=traceparent,
    )
    return envelope, _document(envelope, data)


def _document(envelope: Envelope, data: dict[str, Any]) -> dict[str, Any]:
    optional = {"correlationid": envelope.correlation_id, "traceparent": envelope.traceparent}
    attributes = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "time": envelope.time,
        "datacontenttype": "application/json",
        "sequence": str(envelope.sequence),
        **{name: value for name, value in optional.items() if value},
    }
    return {**attributes, "time": envelope.time.isoformat().replace("+00:00", "Z"), "data": data}


def parse_envelope(body: bytes) -> tuple[Envelope, dict[str, Any]]:
    """Read the envelope of a CloudEvent in JSON, and give it with the whole document; its data are not looked at.

    Raises `NotAnEvent` where the bytes are no JSON, no CloudEvent, too deep to be written again, lack what ours must
    carry, or name another source than the service that publishes their type.
    """
    try:
        document = orjson.loads(body)
        if body.count(b"{") + body.count(b"[") > strict_json.MAX_DEPTH and strict_json.is_too_deep(document):
            raise NotAnEvent("nested too deep")
        envelope = _envelope(document)
        if envelope.source != envelope.type.split(".")[0]:
            raise NotAnEvent("its source and its type differ")
        return envelope, document
    except CloudEventValidationError as error:
        raise NotAnEvent(f"not a CloudEvent: {', '.join(sorted(error.errors))}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAnEvent(f"not an event of ours: {type(error).__name__}") from None


def check_routing_key(envelope: Envelope, routing_key: str) -> None:
    """Hold an event to the routing key that it came under, which is its type: the broker lets a service publish only
    under keys of its own, and looks into no message. Raises `NotAnEvent`.
    """
    if envelope.type != routing_key:
        raise NotAnEvent("its routing key and its type differ")


def load(document: dict[str, Any]) -> tuple[Event, Envelope]:
    """The typed event in a CloudEvents document, and its envelope. Raises `UnknownType` where type or data are not
    known here, or the data are of another thing than the subject.
    """
    envelope = _envelope(document)
    kind = registry.get(envelope.type)
    if kind is None:
        raise UnknownType(f"no contract for {envelope.type}")
    try:
        event: Event = schema_of(kind).load(document.get("data") or {})  # pyright: ignore[reportAssignmentType]
    except marshmallow.ValidationError as error:
        raise UnknownType(f"{envelope.type} breaks its contract in: {', '.join(_paths(error.messages_dict))}") from None
    if event.subject != envelope.subject:
        raise UnknownType(f"{envelope.type} breaks its contract in: subject")
    return event, envelope


def _envelope(document: dict[str, Any]) -> Envelope:
    attributes = {name: value for name, value in document.items() if name != "data"}
    attributes["time"] = datetime.fromisoformat(attributes["time"])
    CloudEvent(attributes, None)  # raises where the attributes break the specification
    return Envelope(
        id=UUID(attributes["id"]),
        type=_dotted(attributes["type"]),
        source=_text(attributes["source"]),
        subject=_text(attributes["subject"]),
        sequence=_positive(attributes["sequence"]),
        time=_aware(attributes["time"]),
        correlation_id=_optional(attributes.get("correlationid")),
        traceparent=_optional(attributes.get("traceparent")),
    )


def _paths(messages: Any, prefix: str = "") -> list[str]:
    """Return the paths of invalid members, without the values, which may be personal."""
    if not isinstance(messages, dict):
        return [prefix.rstrip(".")]
    return [path for key, inner in messages.items() for path in _paths(inner, f"{prefix}{key}.")]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200 or "\0" in value:
        raise ValueError
    return value


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _dotted(value: Any) -> str:
    if len(_text(value).split(".")) != 3:
        raise ValueError
    return value


def _positive(value: Any) -> int:
    number = int(_text(value))
    if not 0 < number < 2**63:
        raise ValueError
    return number


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError
    return value
