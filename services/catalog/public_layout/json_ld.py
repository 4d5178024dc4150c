"""Structured data (https://schema.org): what each thing is to search engines and other programs, made from the document
that the public reads of it.

Things are named by the addresses of their pages, so that what several pages say of one thing comes together.
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
    """The things as one JSON-LD document that may stand in a `<script>`: nothing in it can end that."""
    text = orjson.dumps({"@context": "https://schema.org", "@graph": list(things)}).decode()
    escaped = text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    return Markup(escaped)  # noqa: S704 - it is escaped above


def session(document: Document, labels: Labels) -> Node:
    """A session as an `EducationEvent`. Its document does not tell when it was to be before it was rescheduled, so it
    is not said to be `EventRescheduled`.
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
            "about": [{"@type": "Node", "name": name} for name in term_names(document, "topic", labels)],
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
    """The recording of a session that has one, as a `VideoObject`."""
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
    """A series as a `Course`, whose instances are its sessions, and which the organizers of its initiative provide."""
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
    """An initiative as an `EventSeries`, since what it consists of are sessions, whose `superEvent` it is; a `Project`
    would be a kind of organization, which no event can be a part of.
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
    """An announcement as a `NewsArticle`."""
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
    """An organization."""
    page = document["links"]["page"]
    named = {"@type": "Organization", "@id": page, "name": document["name"]}
    return without_empty({**named, "url": document["url"], "mainEntityOfPage": page})


def breadcrumbs(crumbs: Iterable[tuple[str, str]]) -> Node:
    """The way to a page, from its titles and addresses."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": title, "item": address}
            for position, (title, address) in enumerate(crumbs, 1)
        ],
    }


def listed(sessions: Iterable[Document]) -> Node:
    """A list of sessions."""
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
