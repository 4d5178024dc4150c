"""Composing the program document of an initiative. Importing it where it came from changes nothing; importing it
elsewhere creates the same program. Withdrawn entries are left out.
"""

from typing import Any

from psycopg import Connection

from services.catalog.entries.queries import Entry
from services.catalog.exports import queries
from services.catalog.exports.queries import ExportedEntry
from services.catalog.taxonomy.vocabularies import VOCABULARIES

Part = dict[str, Any]


def export_programme(conn: Connection, initiative: Entry) -> Part:
    """Return the program document of an initiative, without empty members."""
    public = initiative.state == "published"
    series = queries.select_parts(conn, initiative.id, "series")
    sessions = queries.select_parts(conn, initiative.id, "session")
    announcements = queries.select_parts(conn, initiative.id, "announcement")
    document = {
        "publish": public,
        "initiative": _initiative(initiative),
        "series": [_series(one) | _publication(one, public) for one in series],
        "sessions": [_session(one) | _publication(one, public) for one in sessions],
        "announcements": [_announcement(one) | _publication(one, public) for one in announcements],
    }
    organizations = queries.select_organizations(conn, sorted(set(_find_organizations(document))))
    named = {"organizations": organizations, "vocabularies": _vocabularies(conn, document)}
    return _without_empty({"publish": public, **named, **document})


def export_part(conn: Connection, entry: Entry) -> Part:
    """Return the part of a program document that describes one entry."""
    if entry.kind == "organization":
        [organization] = queries.select_organizations(conn, [entry.slug])
        return organization
    if entry.kind == "initiative":
        return _initiative(entry)
    part = queries.select_part(conn, entry.id)
    assert part
    return {"series": _series, "session": _session, "announcement": _announcement}[entry.kind](part)


def _publication(entry: ExportedEntry, public: bool) -> Part:
    """Return when a part is public, if that differs from its document."""
    if entry.state == "scheduled" and entry.publish_at:
        return {"publish": True, "publish_at": entry.publish_at.isoformat()}
    return {} if (entry.state == "published") == public else {"publish": not public}


def _described(document: Part) -> Part:
    return {name: document[name] for name in ("slug", "title", "summary", "description")}


def _initiative(entry: Entry) -> Part:
    document = entry.document
    funding, follows = document["funding"], document["follows"]
    scheduled = entry.state == "scheduled" and entry.publish_at
    return _described(document) | {
        "when": document["when"]["edtf"] if document["when"] else None,
        "partners": [{"organization": one["slug"], "role": one["role"]} for one in document["partners"]],
        "funding": {**funding, "funder": funding["funder"]["slug"]} if funding else None,
        "follows": follows["slug"] if follows else None,
        "planned": document["planned"],
        **({"publish": True, "publish_at": entry.publish_at.isoformat()} if scheduled and entry.publish_at else {}),
    }


def _series(entry: ExportedEntry) -> Part:
    document = entry.document
    completion = {"sessions": entry.sessions, "counts": entry.counts, "invites_to": entry.invites_to}
    return _described(document) | {
        "when": document["when"]["edtf"] if document["when"] else None,
        "audience": document["audience"],
        "completion": completion if entry.counts and entry.sessions else None,
    }


def _session(entry: ExportedEntry) -> Part:
    document, when = entry.document, entry.document["when"]
    described = _described(document)
    online = document["online"]
    return {
        "slug": described.pop("slug"),
        "series": entry.series,
        **described,
        "format": document["format"],
        **({name: when[name] for name in ("starts_at", "ends_at")} if "starts_at" in when else {"edtf": when["edtf"]}),
        "timezone": entry.timezone,
        "organizations": [{"organization": one["slug"], "role": one["role"]} for one in document["organizations"]],
        "presenters": [_presenter(one) for one in document["presenters"]],
        "terms": document["terms"],
        "learning_outcomes": document["learning_outcomes"],
        "who_should_attend": document["who_should_attend"],
        "registration": document["registration"],
        "venue": document["venue"],
        "online": {**online, "join_url": entry.private["join_url"]} if online else None,
        "contact_hours": document["contact_hours"],
        "materials": document["materials"],
        "recording": document["recording"],
        "cancelled": document["status"] == "cancelled" or None,
    }


def _presenter(presenter: Part) -> Part:
    organization = presenter["organization"]
    return presenter | {"organization": organization["slug"] if organization else None}


def _announcement(entry: ExportedEntry) -> Part:
    names = ("slug", "title", "summary", "published_at", "timezone", "body", "terms")
    return {name: entry.document[name] for name in names} | {"sessions": entry.sessions}


def _find_organizations(document: Part) -> list[str]:
    initiative = document["initiative"]
    found = [one["organization"] for one in initiative["partners"]]
    found += [initiative["funding"]["funder"]] if initiative["funding"] else []
    for session in document["sessions"]:
        found += [one["organization"] for one in (*session["organizations"], *session["presenters"])]
    return [slug for slug in found if slug]


def _vocabularies(conn: Connection, document: Part) -> dict[str, list[Part]]:
    """Return the terms that the document uses."""
    used = {
        (vocabulary, slug)
        for part in (*document["sessions"], *document["announcements"])
        for vocabulary, slugs in part["terms"].items()
        for slug in slugs
    }
    for part in document["series"]:
        used |= {("library_type", slug) for slug in part["audience"]["library_types"]}
        used |= {("community_size", slug) for slug in part["audience"]["community_sizes"]}
    terms = queries.select_terms(conn, sorted({slug for _, slug in used}))
    return {
        name: [{"slug": slug, "label": label} for of, slug, label in terms if of == name and (of, slug) in used]
        for name in VOCABULARIES
    }


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner is not None and inner not in ("", [], {})}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value
