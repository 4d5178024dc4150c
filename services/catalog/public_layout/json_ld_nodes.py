"""Nodes of structured data that the pages of several kinds share."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from services.catalog.entries import urls
from services.catalog.entries.queries import Document

Node = dict[str, Any]
Labels = Mapping[tuple[str, str], str]
# Dates that schema.org can express; EDTF also has seasons and qualifiers.
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?")
STATUS = {"cancelled": "EventCancelled"}
STOCK = {"open": "InStock", "full": "SoldOut"}
ROLES = {"organizer": "organizer", "facilitator": "performer", "partner": "contributor", "funder": "funder"}


def recording_id(page: str) -> str:
    """Return the identifier of the recording of the session at this page."""
    return f"{page}#recording"


def session_instance(session: Document) -> Node:
    mode = "onsite" if session["format"] == "workshop" else "online"
    event = session_event(session, session["links"]["page"])
    return without_empty({**event, "@type": "CourseInstance", "courseMode": mode, "description": session["summary"]})


def session_event(session: Mapping[str, Any], page: str) -> Node:
    """Return the members that every mention of a session has."""
    return {
        "@type": "EducationEvent",
        "@id": page,
        "name": session["title"],
        "url": page,
        **date_members(session["when"]),
        "eventStatus": f"https://schema.org/{STATUS.get(session['status'], 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{_mode(session)}EventAttendanceMode",
        "location": _locations(session, page),
    }


def date_members(when: Document | None) -> Node:
    """Return exact times, or the date as far as schema.org can express it."""
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


def _locations(session: Mapping[str, Any], page: str) -> list[Node]:
    """Return where a session takes place. Join links are for registrants only, so a webinar is at its page."""
    venue, found = session["venue"], []
    if venue:
        found.append(
            without_empty({"@type": "Place", "name": venue["name"], "address": venue["address"] or venue["name"]})
        )
    if _mode(session) in ("Online", "Mixed"):
        found.append({"@type": "VirtualLocation", "url": page})
    return found


def session_offer(document: Document, page: str) -> Node | None:
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


def funding_grant(funding: Document) -> Node:
    return {
        "@type": "Grant",
        "identifier": funding["grant"],
        "name": funding["program"],
        "description": funding["acknowledgement"],
        "funder": organization_reference(funding["funder"]),
    }


def roles_of(organizations: Iterable[Document]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for involved in organizations:
        found.setdefault(ROLES[involved["role"]], []).append(organization_reference(involved))
    return found


def organization_reference(reference: Document) -> Node:
    page = urls.page_of("organization", reference["slug"])
    return {"@type": "Organization", "@id": page, "name": reference["name"]}


def reference_node(kind: str, of: str, reference: Document) -> Node:
    page = urls.page_of(of, reference["slug"])
    return {"@type": kind, "@id": page, "name": reference["title"], "url": page}


def description_of(document: Document) -> str:
    return document["summary"] or document["title"]


def term_names(document: Document, vocabulary: str, labels: Labels) -> list[str]:
    return [labels.get((vocabulary, slug), slug) for slug in document["terms"][vocabulary]]


def without_empty(thing: Node) -> Node:
    """Remove members without a value."""
    return {
        name: without_empty(value) if isinstance(value, dict) else value
        for name, value in thing.items()
        if value is not None and value not in ("", [])
    }
