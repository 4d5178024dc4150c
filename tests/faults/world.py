"""The programme that the load is offered to: calm sessions, hot ones with few seats, a series seen by recordings."""

from datetime import UTC, datetime, timedelta
from typing import Any

INITIATIVE, SERIES, WORKSHOP = "resilience", "practice", "practice-day"
CALM = tuple(f"calm-{number}" for number in range(8))
HOT = tuple(f"hot-{number}" for number in range(4))
MOVED = ("moved",)
RECORDED = ("recorded-1", "recorded-2")
SEATS = 12  # of a hot session, at first
RECORDING_SECONDS = 10


def programme() -> dict[str, Any]:
    """The programme document, as the catalog imports it."""
    return {
        "publish": True,
        "initiative": {
            "slug": INITIATIVE,
            "title": "Resilience",
            "summary": "What holds when everything else does not.",
            "when": "2016-12/2038-12",
        },
        "series": [
            {
                "slug": SERIES,
                "title": "Practice",
                "summary": "Two recordings and a day together.",
                "when": "2016-12/2038-12",
                "completion": {"sessions": list(RECORDED), "counts": ["live", "recorded"], "invites_to": WORKSHOP},
            }
        ],
        "sessions": [
            *(_webinar(slug, days=60) for slug in CALM),
            *(
                {**_webinar(slug, days=60), "registration": {"policy": "open", "capacity": SEATS}}
                for slug in (*HOT, *MOVED)
            ),
            *(_recorded(slug) for slug in RECORDED),
            _workshop(),
        ],
    }


def session_part(slug: str) -> dict[str, Any]:
    """A session's part of the document."""
    [part] = [session for session in programme()["sessions"] if session["slug"] == slug]
    return part


def _webinar(slug: str, *, days: int) -> dict[str, Any]:
    begin = (datetime.now(UTC) + timedelta(days=days)).replace(hour=18, minute=0, second=0, microsecond=0, tzinfo=None)
    return {
        "slug": slug,
        "title": f"Webinar {slug}",
        "format": "webinar",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(hours=1)).isoformat(),
        "timezone": "America/Chicago",
        "registration": {"policy": "open"},
    }


def _recorded(slug: str) -> dict[str, Any]:
    video = {
        "url": f"https://video.example.org/{slug}",
        "duration": f"PT{RECORDING_SECONDS}S",
        "captions": True,
    }
    return {**_webinar(slug, days=-7), "series": SERIES, "recording": video}


def _workshop() -> dict[str, Any]:
    return {
        **_webinar(WORKSHOP, days=90),
        "format": "workshop",
        "series": SERIES,
        "registration": {"policy": "invitation"},
    }
