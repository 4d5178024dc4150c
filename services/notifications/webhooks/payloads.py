"""What outside sites may be told, and how it is written.

Only what the catalog makes public is: its events, without the one member that is for registrants alone. Events of
registration are about persons, and never leave.
"""

from datetime import datetime
from typing import Any

import orjson

from shared.events import catalog
from shared.events.envelope import Envelope, Event, registry, schema_of

PUBLIC = tuple(sorted(kind for kind, event in registry.items() if event.__module__ == catalog.__name__))
PING = "webhook.ping"
# Members that do not leave, wherever they stand.
PRIVATE = {"join_url"}
# A series names its audience by these members, other things by terms of these vocabularies.
VOCABULARIES = {"library_types": "library_type", "community_sizes": "community_size"}


def names_of(kind: str) -> list[str]:
    """What an endpoint may have asked for to be told of an event of this type: `catalog.session.held`,
    `catalog.session.*`, `catalog.*`.
    """
    service, aggregate, _ = kind.split(".")
    return [kind, f"{service}.{aggregate}.*", f"{service}.*"]


PATTERNS = tuple(sorted({name for kind in PUBLIC for name in names_of(kind)}))


def public_data(event: Event) -> dict[str, Any]:
    """The data of an event as an outside site gets them."""
    data: dict[str, Any] = schema_of(type(event)).dump(event)  # pyright: ignore[reportAssignmentType]
    return _without_private(data)


def write_event(envelope: Envelope, data: dict[str, Any]) -> str:
    """The body of a message that tells of an event."""
    return write_body(envelope.type, envelope.time, subject=envelope.subject, sequence=envelope.sequence, data=data)


def write_body(kind: str, time: datetime, *, subject: str, sequence: int, data: dict[str, Any]) -> str:
    """The body of a message, as it is signed and sent."""
    moment = time.isoformat().replace("+00:00", "Z")
    body = {"type": kind, "timestamp": moment, "subject": subject, "sequence": sequence, "data": data}
    return orjson.dumps(body).decode()


def filter_values(event: Event, data: dict[str, Any]) -> dict[str, Any]:
    """What filters look at: the initiative, the series and the format that an event tells of itself, and its terms."""
    subject, kind = data[event.subject_in], event.subject_in
    audience = subject.get("audience") or {}
    return {
        "initiative": _slug(subject, kind, "initiative"),
        "series": _slug(subject, kind, "series"),
        "format": [subject["format"]] if "format" in subject else [],
        "terms": {
            **subject.get("terms", {}),
            **{name: audience[member] for member, name in VOCABULARIES.items() if member in audience},
        },
    }


def _slug(subject: dict[str, Any], kind: str, wanted: str) -> list[str]:
    """The slug of the initiative or series that the subject is, or belongs to."""
    belongs = (subject.get(wanted) or {}).get("slug") or subject.get(f"{wanted}_slug")
    slug = subject["slug"] if kind == wanted else belongs
    return [slug] if slug else []


def _without_private(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_private(inner) for name, inner in value.items() if name not in PRIVATE}
    return [_without_private(inner) for inner in value] if isinstance(value, list) else value
