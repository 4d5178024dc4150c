"""The HTML pages of single entries."""

from flask import Response
from psycopg import Connection

from services.catalog.availability.queries import select_session_documents
from services.catalog.availability.representations import present_session
from services.catalog.comments.queries import Comment, select_comments
from services.catalog.discovery.listing import find_documents
from services.catalog.entries import visibility
from services.catalog.entries.queries import Document, Entry, select_documents_of
from services.catalog.kinds import domain as kinds
from services.catalog.public_layout import json_ld, page_rendering
from services.catalog.public_layout import queries as public_layout
from services.catalog.public_layout.page_rendering import PageHead, crumbs, crumbs_of
from shared.http.forms import Form
from shared.runtime import connection

# Limit on the sessions that a page lists; the API has all of them.
MOST = 100


def render_initiative(slug: str) -> Response:
    """Return an initiative's page with its series and sessions."""
    with connection() as conn:
        _, document = _read(conn, "initiative", slug)
        series = select_documents_of(conn, "series", [one["slug"] for one in document["series"]])
    sessions = find_documents({"initiative": [slug]}, sort="starts", limit=MOST)
    page = PageHead(
        template="initiative.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=crumbs(),
        things=[json_ld.initiative(document)],
    )
    ordered = [series[one["slug"]] for one in document["series"] if one["slug"] in series]
    return page_rendering.respond(page, initiative=document, series=ordered, sessions=sessions)


def render_series(slug: str) -> Response:
    """Return a series' page: its sessions in order, which count, and what completing it invites to."""
    with connection() as conn:
        _, document = _read(conn, "series", slug)
        above = select_documents_of(conn, "initiative", [document["initiative"]["slug"]])
        labels = _labels(conn, [*document["audience"]["library_types"], *document["audience"]["community_sizes"]])
        invited = (document["completion"] or {}).get("invites_to")
        goal = select_documents_of(conn, "session", [invited]).get(invited) if invited else None
    sessions = find_documents({"series": [slug]}, sort="starts", limit=MOST)
    page = PageHead(
        template="series.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=crumbs(("initiative", document["initiative"])),
        things=[json_ld.series(document, sessions, [partner for one in above.values() for partner in one["partners"]])],
        embeddable=True,
    )
    return page_rendering.respond(page, series=document, sessions=sessions, goal=goal, labels=labels)


def render_session(slug: str, form: Form, *, status: int = 200) -> Response:
    """Return a session's page; `form` holds what a reader wrote into the comment form."""
    with connection() as conn:
        entry, document = _read(conn, "session", slug)
        terms = _terms(conn, document)
        series = document["series"]
        whole = select_documents_of(conn, "series", [series["slug"]]).get(series["slug"]) if series else None
        comments = _comments(conn, entry)
    labels = {(one.vocabulary, one.slug): one.label for one in terms}
    things = [json_ld.session(document, labels)]
    if document["recording"]:
        things.append(json_ld.recording(document))
    address = document["links"]["page"]
    page = PageHead(
        template="session.html",
        title=document["title"],
        description=document["summary"] or f"{document['title']}: {document['when']['label']}.",
        address=address,
        json=document["links"]["self"],
        calendar=f"{address}.ics" if "starts_at" in document["when"] else None,
        crumbs=crumbs_of(document),
        things=things,
        embeddable=True,
    )
    completion = (whole or {}).get("completion") or {}
    return page_rendering.respond(
        page,
        status=status,
        session=document,
        terms=_by_heading(terms),
        rewards=completion.get("invites_to") == slug,
        counts=slug in completion.get("sessions", ()),
        comments=comments,
        form=form,
    )


def render_announcement(slug: str, form: Form, *, status: int = 200) -> Response:
    """Return an announcement's page; `form` holds what a reader wrote into the comment form."""
    with connection() as conn:
        entry, document = _read(conn, "announcement", slug)
        terms = _terms(conn, document)
        about = [one["slug"] for one in document["sessions"]]
        found = {one["slug"]: one for one in map(present_session, select_session_documents(conn, about))}
        comments = _comments(conn, entry)
    page = PageHead(
        template="announcement.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=crumbs(("initiative", document["initiative"])),
        things=[json_ld.announcement(document)],
        kind="article",
        embeddable=True,
    )
    return page_rendering.respond(
        page,
        status=status,
        announcement=document,
        terms=_by_heading(terms),
        sessions=[found[one] for one in about if one in found],
        comments=comments,
        form=form,
    )


def render_organization(slug: str) -> Response:
    """Return an organization's page with its sessions."""
    with connection() as conn:
        _, document = _read(conn, "organization", slug)
    sessions = find_documents({"organization": [slug]}, sort="-starts", limit=MOST)
    page = PageHead(
        template="organization.html",
        title=document["name"],
        description=f"What {document['name']} has a part in.",
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=crumbs(),
        things=[json_ld.organization(document)],
    )
    return page_rendering.respond(page, organization=document, sessions=sessions)


def _read(conn: Connection, kind: str, slug: str) -> tuple[Entry, Document]:
    entry = visibility.find_visible(conn, kind, slug)
    return entry, kinds.present_entry(conn, entry)


def _labels(conn: Connection, slugs: list[str]) -> dict[tuple[str, str], str]:
    return {(one.vocabulary, one.slug): one.label for one in public_layout.select_labels(conn, slugs)}


def _terms(conn: Connection, document: Document) -> list[public_layout.TermLabel]:
    """Return the terms of a document in display order."""
    found = public_layout.select_labels(conn, [term for terms in document["terms"].values() for term in terms])
    return [one for one in found if one.slug in document["terms"].get(one.vocabulary, [])]


def _by_heading(terms: list[public_layout.TermLabel]) -> dict[str, list[public_layout.TermLabel]]:
    found: dict[str, list[public_layout.TermLabel]] = {}
    for term in terms:
        found.setdefault(term.heading, []).append(term)
    return found


def _comments(conn: Connection, entry: Entry) -> list[Comment]:
    return select_comments(conn, status="approved", session_id=entry.id, after=None, limit=MOST)
