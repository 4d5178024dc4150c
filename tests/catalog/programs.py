"""Programme documents for tests: a small one that each test changes as it needs."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

SAMPLES = Path(__file__).parents[2] / "deploy" / "sample"

DAY = "2016-12-15T11:00:00-06:00"

JOIN_URL = "https://meet.example.org/secret-room"

SMALL: dict[str, Any] = {
    "organizations": [{"slug": "ncdd", "name": "NCDD"}, {"slug": "imls", "name": "IMLS"}],
    "vocabularies": {
        "library_type": [{"slug": "public", "label": "Public"}, {"slug": "academic", "label": "Academic"}],
        "topic": [{"slug": "dialogue", "label": "Dialogue"}],
    },
    "initiative": {
        "slug": "models",
        "title": "Models",
        "when": "2016-12/2018-12",
        "partners": [{"organization": "ncdd", "role": "partner"}],
        "funding": {"funder": "imls", "grant": "RE-1"},
        "follows": "earlier",
        "planned": {"webinar": 10},
    },
    "series": [
        {
            "slug": "large",
            "title": "Large",
            "audience": {"library_types": ["public"]},
            "completion": {"sessions": ["cafe", "change"], "invites_to": "workshop"},
        }
    ],
    "sessions": [
        {
            "slug": "workshop",
            "series": "large",
            "title": "Workshop",
            "format": "workshop",
            "edtf": "2017-06",
            "terms": {"library_type": ["public"]},
            "registration": {"policy": "invitation", "capacity": 40},
        },
        {
            "slug": "change",
            "series": "large",
            "title": "Change",
            "format": "webinar",
            "starts_at": "2017-05-01T13:00:00",
            "ends_at": "2017-05-01T14:30:00",
            "timezone": "America/Chicago",
            "terms": {"library_type": ["public"], "topic": ["dialogue"]},
        },
        {
            "slug": "cafe",
            "series": "large",
            "title": "Café",
            "summary": "Tables.",
            "description": "Many *small* tables.",
            "format": "webinar",
            "starts_at": "2017-04-06T13:00:00",
            "ends_at": "2017-04-06T14:30:00",
            "timezone": "America/Chicago",
            "organizations": [{"organization": "ncdd", "role": "facilitator"}],
            "terms": {"library_type": ["public"], "topic": ["dialogue"]},
            "registration": {"policy": "open", "opens_at": "2016-12-15T10:00:00", "capacity": 120},
            "online": {"platform": "Zoom", "join_url": JOIN_URL},
            "contact_hours": 1.5,
        },
        {
            "slug": "overview",
            "title": "Overview",
            "format": "webinar",
            "starts_at": "2017-02-09T13:00:00-06:00",
            "ends_at": "2017-02-09T14:00:00-06:00",
            "timezone": "America/Chicago",
            "terms": {"library_type": ["public", "academic"]},
        },
    ],
    "announcements": [
        {
            "slug": "free",
            "title": "Free",
            "published_at": "2016-12-15T10:00:00",
            "timezone": "America/Chicago",
            "body": "Come.",
            "sessions": ["cafe"],
            "terms": {"topic": ["dialogue"]},
        }
    ],
}


def small() -> dict[str, Any]:
    """A document of one's own."""
    return deepcopy(SMALL)


def session_of(document: dict[str, Any], slug: str) -> dict[str, Any]:
    """The part of a session in a document."""
    return next(part for part in document["sessions"] if part["slug"] == slug)


def changed(slug: str, **members: Any) -> dict[str, Any]:
    """The small document with these members of one session changed; None takes a member away."""
    document = small()
    part = session_of(document, slug)
    part.update(members)
    for name in [name for name, value in part.items() if value is None]:
        del part[name]
    return document


def sample() -> str:
    """The real programme as it was known on the day of its announcement."""
    return (SAMPLES / "ltc-models-for-change.yaml").read_text()


def later() -> list[dict[str, Any]]:
    """The documents of its later states."""
    return [yaml.safe_load(file.read_text()) for file in sorted((SAMPLES / "later").glob("*.yaml"))]
