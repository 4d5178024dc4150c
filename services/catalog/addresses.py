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
    """Where people and programs read it."""
    return f"{runtime.settings().public_url}/catalog/v1/{COLLECTIONS[kind]}/{slug}"


def api_path(kind: str, slug: str) -> str:
    """The path under which programs read it."""
    return f"/catalog/v1/{COLLECTIONS[kind]}/{slug}"


def links_of(kind: str, slug: str) -> dict[str, Any]:
    """The `links` of its document."""
    page = page_of(kind, slug)
    if kind == "session":
        return {"self": page, "page": page, "ics": None, "register": registration_url()}
    return {"self": page, "page": page}


def registration_url() -> str:
    """Where a registration is sent."""
    return f"{runtime.settings().public_url}/registration/v1/registrations"
