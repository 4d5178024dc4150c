"""URLs of entries. They are added when something is read, so stored documents do not depend on PUBLIC_URL."""

from typing import Any

from shared import runtime

COLLECTIONS = {
    "initiative": "initiatives",
    "series": "series",
    "session": "sessions",
    "announcement": "announcements",
    "organization": "organizations",
    "vocabulary": "vocabularies",
}


def page_of(kind: str, slug: str) -> str:
    """Return the URL of an entry's page; vocabularies have only the API's."""
    path = api_path(kind, slug) if kind == "vocabulary" else page_path(kind, slug)
    return f"{runtime.settings().public_url}{path}"


def page_path(kind: str, slug: str) -> str:
    """Return the path of an entry's page."""
    return f"/catalog/{COLLECTIONS[kind]}/{slug}"


def recording_page(slug: str) -> str:
    """Return the URL of the page that plays a session's recording."""
    return f"{runtime.settings().public_url}/catalog/recordings/{slug}"


def api_path(kind: str, slug: str) -> str:
    """Return the path of an entry in the API."""
    return f"/catalog/v1/{COLLECTIONS[kind]}/{slug}"


def links_of(kind: str, slug: str, *, scheduled: bool = False) -> dict[str, Any]:
    """Return the `links` of a document; a session has a calendar link once it is `scheduled`."""
    links: dict[str, Any] = {
        "self": f"{runtime.settings().public_url}{api_path(kind, slug)}",
        "page": page_of(kind, slug),
    }
    if kind == "session":
        links |= {"ics": f"{page_of(kind, slug)}.ics" if scheduled else None, "register": registration_url()}
    return links


def registration_url() -> str:
    """Return the URL that registrations are sent to."""
    return f"{runtime.settings().public_url}/registration/v1/registrations"


def staff_path(kind: str, slug: str) -> str:
    """Return the path of an entry's staff page."""
    return f"/catalog/staff/{COLLECTIONS[kind]}/{slug}"


COLLECTION = "<any(initiatives, series, sessions, announcements, organizations):collection>"
KIND_BY_COLLECTION = {collection: kind for kind, collection in COLLECTIONS.items()}
