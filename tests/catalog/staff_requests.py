"""Requests of staff to the API of the catalog."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from services.catalog.availability.handlers import keep_availability
from shared.events.envelope import load, wrap
from shared.events.registration import Availability, AvailabilityChanged
from tests.catalog.catalog import V1, Catalog
from tests.web_client import WebResponse

PARTS: dict[str, dict[str, Any]] = {
    "organizations": {"slug": "ala", "name": "American Library Association"},
    "initiatives": {"slug": "earlier", "title": "Libraries Transforming Communities"},
    "series": {"slug": "academic", "title": "Academic", "initiative": "models"},
    "sessions": {"slug": "new", "title": "New", "format": "webinar", "edtf": "2018?", "initiative": "models"},
    "announcements": {
        "slug": "news",
        "title": "News",
        "published_at": "2017-01-01T10:00:00Z",
        "initiative": "models",
        "body": "*Soon*",
    },
}


def call(catalog: Catalog, method: str, path: str, body: Any = None, **headers: str) -> WebResponse:
    """A request of staff."""
    sent = catalog.staff | {name.replace("_", "-"): value for name, value in headers.items()}
    return catalog.client.open(V1 + path, method=method, json=body, headers=sent)


def withdraw(catalog: Catalog, path: str, query: str = "") -> WebResponse:
    return call(catalog, "DELETE", path + query, If_Match=read_tag(catalog, path))


def take_seats(catalog: Catalog, slug: str, confirmed: int, *, revision: int = 1, waitlisted: int = 0) -> None:
    """Handle the event in which registration announces a session's seats."""
    id = UUID(catalog.show(f"/sessions/{slug}")["id"])
    availability = Availability(
        id=id, revision=revision, session_slug=slug, confirmed=confirmed, waitlisted=waitlisted, capacity=None
    )
    event, envelope = load(wrap(AvailabilityChanged(availability=availability), time=datetime.now(UTC))[1])
    keep_availability(catalog.conn, [(cast("AvailabilityChanged", event), envelope)])


def read_tag(catalog: Catalog, path: str) -> str:
    return call(catalog, "GET", path).headers["ETag"]
