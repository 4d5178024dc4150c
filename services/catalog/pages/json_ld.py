"""Structured data (https://schema.org): what each thing is to search engines and other programs, made from the document
that the public reads of it.

Things are named by the addresses of their pages, so that what several pages say of one thing comes together.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from markupsafe import Markup

from services.catalog import addresses
from services.catalog.publishing.domain import Document

Thing = dict[str, Any]
Labels = Mapping[tuple[str, str], str]

# What schema.org calls a date: EDTF has more, such as seasons and doubts.
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?")
STATUS = {"cancelled": "EventCancelled"}
STOCK = {"open": "InStock", "full": "SoldOut"}
ROLES = {"organizer": "organizer", "facilitator": "performer", "partner": "contributor", "funder": "funder"}


def script(things: Iterable[Thing]) -> Markup:
    """The things as one JSON-LD document that may stand in a `<script>`: nothing in it can end that."""
    text = orjson.dumps({"@context": "https://schema.org", "@graph": list(things)}).decode()
    escaped = text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    return Markup(escaped)  # noqa: S704 - it is escaped above


def session(document: Document, labels: Labels) -> Thing:
    """A session as an `EducationEvent`. Its document does not tell when it was to be before it was rescheduled, so it
    is not said to be `EventRescheduled`.
    """
    page = document["links"]["page"]
    return _clean(
        {
            **_event(document, page),
            "description": _described(document),
            "superEvent": _reference("EventSeries", "initiative", document["initiative"]),
            "workFeatured": _reference("Course", "series", document["series"]) if document["series"] else None,
            "maximumAttendeeCapacity": document["registration"]["capacity"],
            "isAccessibleForFree": document["price"]["free"],
            "offers": _offer(document, page),
            "about": [{"@type": "Thing", "name": name} for name in _named(document, "topic", labels)],
            "audience": [
                {"@type": "EducationalAudience", "audienceType": name}
                for vocabulary in ("library_type", "audience")
                for name in _named(document, vocabulary, labels)
            ],
            "recordedIn": {"@id": recording_id(page)} if document["recording"] else None,
            **_involved(document["organizations"]),
        }
    )


def recording(document: Document) -> Thing:
    """The recording of a session that has one, as a `VideoObject`."""
    made = document["recording"]
    page = document["links"]["page"]
    features = [("captions", made["captions"]), ("transcript", made["transcript_url"])]
    return _clean(
        {
            "@type": "VideoObject",
            "@id": recording_id(page),
            "name": document["title"],
            "description": _described(document),
            "uploadDate": made["published_at"],
            "duration": made["duration"],
            "contentUrl": made["url"],
            "url": addresses.recording_page(document["slug"]),
            "isAccessibleForFree": document["price"]["free"],
            "accessibilityFeature": [name for name, there in features if there],
            "recordedAt": {"@id": page},
        }
    )


def recording_id(page: str) -> str:
    """What the recording of the session of this page is called."""
    return f"{page}#recording"


def series(document: Document, sessions: Iterable[Document], partners: Iterable[Document]) -> Thing:
    """A series as a `Course`, whose instances are its sessions, and which the organizers of its initiative provide."""
    page = document["links"]["page"]
    audience = document["audience"]
    return _clean(
        {
            "@type": "Course",
            "@id": page,
            "name": document["title"],
            "description": _described(document),
            "url": page,
            "isAccessibleForFree": True,
            "audience": {"@type": "EducationalAudience", "audienceType": audience["note"]}
            if audience["note"]
            else None,
            "isPartOf": addresses.page_of("initiative", document["initiative"]["slug"]),
            "provider": [_organization(partner) for partner in partners if partner["role"] == "organizer"],
            "hasCourseInstance": [_instance(session) for session in sessions],
        }
    )


def initiative(document: Document) -> Thing:
    """An initiative as an `EventSeries`, since what it consists of are sessions, whose `superEvent` it is; a `Project`
    would be a kind of organization, which no event can be a part of.
    """
    page = document["links"]["page"]
    funding = document["funding"]
    return _clean(
        {
            "@type": "EventSeries",
            "@id": page,
            "name": document["title"],
            "description": _described(document),
            "url": page,
            **_dates(document["when"]),
            "isAccessibleForFree": True,
            "funding": _grant(funding) if funding else None,
            "subEvent": [_reference("EducationEvent", "session", one) for one in document["sessions"][:100]],
            **_involved(document["partners"]),
        }
    )


def announcement(document: Document) -> Thing:
    """An announcement as a `NewsArticle`."""
    page = document["links"]["page"]
    return _clean(
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
            "about": _reference("EventSeries", "initiative", document["initiative"]),
            "mentions": [_reference("EducationEvent", "session", one) for one in document["sessions"]],
        }
    )


def organization(document: Document) -> Thing:
    """An organization."""
    page = document["links"]["page"]
    named = {"@type": "Organization", "@id": page, "name": document["name"]}
    return _clean({**named, "url": document["url"], "mainEntityOfPage": page})


def breadcrumbs(crumbs: Iterable[tuple[str, str]]) -> Thing:
    """The way to a page, from its titles and addresses."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": title, "item": address}
            for position, (title, address) in enumerate(crumbs, 1)
        ],
    }


def listed(sessions: Iterable[Document]) -> Thing:
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


def _instance(session: Document) -> Thing:
    mode = "onsite" if session["format"] == "workshop" else "online"
    event = _event(session, session["links"]["page"])
    return _clean({**event, "@type": "CourseInstance", "courseMode": mode, "description": session["summary"]})


def _event(session: Mapping[str, Any], page: str) -> Thing:
    """What is said of a session wherever it is mentioned."""
    return {
        "@type": "EducationEvent",
        "@id": page,
        "name": session["title"],
        "url": page,
        **_dates(session["when"]),
        "eventStatus": f"https://schema.org/{STATUS.get(session['status'], 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{_mode(session)}EventAttendanceMode",
        "location": _locations(session, page),
    }


def _dates(when: Document | None) -> Thing:
    """Exact moments, or the date as far as schema.org can say it."""
    if when is None:
        return {}
    if "starts_at" in when:
        return {"startDate": when["starts_at"], "endDate": when["ends_at"]}
    start, slash, end = when["edtf"].partition("/")
    known = {"startDate": start} | ({"endDate": end} if slash else {})
    return {name: date for name, date in known.items() if DATE.fullmatch(date)}


def _mode(session: Mapping[str, Any]) -> str:
    if session["venue"] and session["online"]:
        return "Mixed"
    return "Offline" if session["venue"] or session["format"] == "workshop" else "Online"


def _locations(session: Mapping[str, Any], page: str) -> list[Thing]:
    """Where it takes place. The address of a webinar is for those who registered; its page is where to begin."""
    venue, found = session["venue"], []
    if venue:
        found.append(_clean({"@type": "Place", "name": venue["name"], "address": venue["address"] or venue["name"]}))
    if _mode(session) in ("Online", "Mixed"):
        found.append({"@type": "VirtualLocation", "url": page})
    return found


def _offer(document: Document, page: str) -> Thing | None:
    if not document["price"]["free"] or document["status"] in ("held", "cancelled"):
        return None
    window = document["registration"]
    stock = STOCK.get(window["state"])
    return {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "USD",
        "url": page,
        "availability": f"https://schema.org/{stock}" if stock else None,
        "validFrom": window["opens_at"],
        "validThrough": window["closes_at"],
    }


def _grant(funding: Document) -> Thing:
    return {
        "@type": "Grant",
        "identifier": funding["grant"],
        "name": funding["program"],
        "description": funding["acknowledgement"],
        "funder": _organization(funding["funder"]),
    }


def _involved(organizations: Iterable[Document]) -> dict[str, list[Thing]]:
    found: dict[str, list[Thing]] = {}
    for involved in organizations:
        found.setdefault(ROLES[involved["role"]], []).append(_organization(involved))
    return found


def _organization(reference: Document) -> Thing:
    page = addresses.page_of("organization", reference["slug"])
    return {"@type": "Organization", "@id": page, "name": reference["name"]}


def _reference(kind: str, of: str, reference: Document) -> Thing:
    page = addresses.page_of(of, reference["slug"])
    return {"@type": kind, "@id": page, "name": reference["title"], "url": page}


def _described(document: Document) -> str:
    return document["summary"] or document["title"]


def _named(document: Document, vocabulary: str, labels: Labels) -> list[str]:
    return [labels.get((vocabulary, slug), slug) for slug in document["terms"][vocabulary]]


def _clean(thing: Thing) -> Thing:
    """Without what is not known."""
    return {
        name: _clean(value) if isinstance(value, dict) else value
        for name, value in thing.items()
        if value is not None and value not in ("", [])
    }
