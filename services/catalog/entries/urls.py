"""Where things of the catalog are found. Addresses are added when something is read, so a new PUBLIC_URL needs no
rewriting.
"""

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
    """Where people read it; vocabularies have no page but the one for programs."""
    path = api_path(kind, slug) if kind == "vocabulary" else page_path(kind, slug)
    return f"{runtime.settings().public_url}{path}"


def page_path(kind: str, slug: str) -> str:
    """The path under which people read it."""
    return f"/catalog/{COLLECTIONS[kind]}/{slug}"


def recording_page(slug: str) -> str:
    """Where people watch the recording of a session."""
    return f"{runtime.settings().public_url}/catalog/recordings/{slug}"


def api_path(kind: str, slug: str) -> str:
    """The path under which programs read it."""
    return f"/catalog/v1/{COLLECTIONS[kind]}/{slug}"


def links_of(kind: str, slug: str, *, scheduled: bool = False) -> dict[str, Any]:
    """The `links` of its document; a session has a calendar's once it is `scheduled`."""
    links: dict[str, Any] = {
        "self": f"{runtime.settings().public_url}{api_path(kind, slug)}",
        "page": page_of(kind, slug),
    }
    if kind == "session":
        links |= {"ics": f"{page_of(kind, slug)}.ics" if scheduled else None, "register": registration_url()}
    return links


def registration_url() -> str:
    """Where a registration is sent."""
    return f"{runtime.settings().public_url}/registration/v1/registrations"


def staff_path(kind: str, slug: str) -> str:
    """The path under which staff look after it."""
    return f"/catalog/staff/{COLLECTIONS[kind]}/{slug}"


COLLECTION = "<any(initiatives, series, sessions, announcements, organizations):collection>"
KIND_BY_COLLECTION = {collection: kind for kind, collection in COLLECTIONS.items()}
