"""The AsyncAPI 3 document of all events, made from their contracts; its schemas are JSON Schema 2020-12.

Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import warnings
from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.events import catalog, notifications, registration
from shared.events.envelope import CONTENT_TYPE, Event, registry, schema_of

PUBLISHERS = {"catalog": catalog, "registration": registration, "notifications": notifications}
ENVELOPE = {
    "type": "object",
    "required": ["specversion", "id", "type", "source", "subject", "time", "datacontenttype", "sequence", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7; the same when an event is published again"},
        "type": {"type": "string", "description": "Also the AMQP routing key"},
        "source": {"type": "string", "description": "The publishing service"},
        "subject": {"type": "string", "description": "Id of the aggregate"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "sequence": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "Revision of the aggregate"},
        "correlationid": {"type": "string"},
        "traceparent": {"type": "string"},
    },
}


def document(listeners: Mapping[str, list[str]]) -> dict[str, Any]:
    """The AsyncAPI document; `listeners` are the services that handle each type of event."""
    messages = {kind.replace(".", "-"): _message(event, listeners.get(kind, [])) for kind, event in _events()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Convene: events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in JSON on RabbitMQ's exchange `events`; the type is the routing key.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            "events": {
                "address": "{type}",
                "parameters": {"type": {"description": "Type of the event"}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": "events", "type": "topic"}}},
            }
        },
        "operations": {service: _operation(service) for service in PUBLISHERS},
        "components": {"messages": messages, "schemas": {"Envelope": ENVELOPE, **_schemas()}},
    }


def _events() -> list[tuple[str, type[Event]]]:
    return sorted((kind, event) for kind, event in registry.items() if kind.split(".")[0] in PUBLISHERS)


def _message(event: type[Event], listeners: list[str]) -> dict[str, Any]:
    heard = f" Listened to by: {', '.join(listeners)}." if listeners else ""
    data = {"type": "object", "properties": {"data": {"$ref": f"#/components/schemas/{event.__name__}"}}}
    return {
        "name": event.type,
        "summary": (event.__doc__ or "").split("\n\n")[0],
        "description": f"Aggregate: {event.subject_in}.{heard}",
        "contentType": CONTENT_TYPE,
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, data]},
    }


def _operation(service: str) -> dict[str, Any]:
    names = [kind.replace(".", "-") for kind, _ in _events() if kind.startswith(f"{service}.")]
    return {
        "action": "send",
        "channel": {"$ref": "#/channels/events"},
        "summary": f"What {service} publishes",
        "messages": [{"$ref": f"#/channels/events/messages/{name}"} for name in names],
    }


def _schemas() -> dict[str, Any]:
    spec = APISpec("events", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # two schemas of one name would make one of them unfindable
        for _, event in _events():
            spec.components.schema(event.__name__, schema=schema_of(event))
    return spec.to_dict()["components"]["schemas"]
