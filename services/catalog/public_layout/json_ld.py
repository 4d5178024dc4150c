"""Structured data (https://schema.org) for search engines, composed from public documents.

Nodes are identified by the URLs of their pages, so that statements of several pages about one thing are merged.
"""

from collections.abc import Iterable

import orjson
from markupsafe import Markup

from services.catalog.entries import urls
from services.catalog.entries.queries import Document
from services.catalog.public_layout.json_ld_nodes import (
    Labels,
    Node,
    date_members,
    description_of,
    funding_grant,
    organization_reference,
    recording_id,
    reference_node,
    roles_of,
    session_event,
    session_instance,
    session_offer,
    term_names,
    without_empty,
)


def script(things: Iterable[Node]) -> Markup:
    """Return the nodes as one JSON-LD document that is safe within a `<script>`."""
    text = orjson.dumps({"@context": "https://schema.org", "@graph": list(things)}).decode()
    escaped = text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    return Markup(escaped)  # noqa: S704 - it is escaped above


def session(document: Document, labels: Labels) -> Node:
    """Return a session as an `EducationEvent`. Its document does not contain earlier times, so a rescheduled session is
    not marked `EventRescheduled`.
    """
    page = document["links"]["page"]
    return without_empty(
        {
            **session_event(document, page),
            "description": description_of(document),
            "superEvent": reference_node("EventSeries", "initiative", document["initiative"]),
            "workFeatured": reference_node("Course", "series", document["series"]) if document["series"] else None,
            "maximumAttendeeCapacity": document["registration"]["capacity"],
            "isAccessibleForFree": document["price"]["free"],
            "offers": session_offer(document, page),
            "about": [{"@type": "Thing", "name": name} for name in term_names(document, "topic", labels)],
            "audience": [
                {"@type": "EducationalAudience", "audienceType": name}
                for vocabulary in ("library_type", "audience")
                for name in term_names(document, vocabulary, labels)
            ],
            "recordedIn": {"@id": recording_id(page)} if document["recording"] else None,
            **roles_of(document["organizations"]),
        }
    )


def recording(document: Document) -> Node:
    """Return the recording of a session that has one, as a `VideoObject`."""
    made = document["recording"]
    page = document["links"]["page"]
    features = [("captions", made["captions"]), ("transcript", made["transcript_url"])]
    return without_empty(
        {
            "@type": "VideoObject",
            "@id": recording_id(page),
            "name": document["title"],
            "description": description_of(document),
            "uploadDate": made["published_at"],
            "duration": made["duration"],
            "contentUrl": made["url"],
            "url": urls.recording_page(document["slug"]),
            "isAccessibleForFree": document["price"]["free"],
            "accessibilityFeature": [name for name, there in features if there],
            "recordedAt": {"@id": page},
        }
    )


def series(document: Document, sessions: Iterable[Document], partners: Iterable[Document]) -> Node:
    """Return a series as a `Course` whose instances are its sessions, provided by the organizers of its initiative."""
    page = document["links"]["page"]
    audience = document["audience"]
    return without_empty(
        {
            "@type": "Course",
            "@id": page,
            "name": document["title"],
            "description": description_of(document),
            "url": page,
            "isAccessibleForFree": True,
            "audience": {"@type": "EducationalAudience", "audienceType": audience["note"]}
            if audience["note"]
            else None,
            "isPartOf": urls.page_of("initiative", document["initiative"]["slug"]),
            "provider": [organization_reference(partner) for partner in partners if partner["role"] == "organizer"],
            "hasCourseInstance": [session_instance(session) for session in sessions],
        }
    )


def initiative(document: Document) -> Node:
    """Return an initiative as an `EventSeries`, the `superEvent` of its sessions. A `Project` would be an organization,
    and events cannot be part of one.
    """
    page = document["links"]["page"]
    funding = document["funding"]
    return without_empty(
        {
            "@type": "EventSeries",
            "@id": page,
            "name": document["title"],
            "description": description_of(document),
            "url": page,
            **date_members(document["when"]),
            "isAccessibleForFree": True,
            "funding": funding_grant(funding) if funding else None,
            "subEvent": [reference_node("EducationEvent", "session", one) for one in document["sessions"][:100]],
            **roles_of(document["partners"]),
        }
    )


def announcement(document: Document) -> Node:
    """Return an announcement as a `NewsArticle`."""
    page = document["links"]["page"]
    return without_empty(
        {
            "@type": "NewsArticle",
            "@id": page,
            "headline": document["title"],
            "description": document["summary"],
            "articleBody": document["body"],
            "datePublished": document["published_at"],
            "dateModified": document["updated_at"],
            "url": page,
            "mainEntityOfPage": page,
            "isAccessibleForFree": True,
            "about": reference_node("EventSeries", "initiative", document["initiative"]),
            "mentions": [reference_node("EducationEvent", "session", one) for one in document["sessions"]],
        }
    )


def organization(document: Document) -> Node:
    """Return an organization."""
    page = document["links"]["page"]
    named = {"@type": "Organization", "@id": page, "name": document["name"]}
    return without_empty({**named, "url": document["url"], "mainEntityOfPage": page})


def breadcrumbs(crumbs: Iterable[tuple[str, str]]) -> Node:
    """Return the breadcrumb list of a page, from (title, URL) pairs."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": title, "item": address}
            for position, (title, address) in enumerate(crumbs, 1)
        ],
    }


def listed(sessions: Iterable[Document]) -> Node:
    """Return a list of sessions."""
    return {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": session["title"],
                "url": session["links"]["page"],
            }
            for position, session in enumerate(sessions, 1)
        ],
    }
