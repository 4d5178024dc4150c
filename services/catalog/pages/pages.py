"""`/catalog/…`: a page for each thing, for people. They are no part of the API, and change as people like."""

from flask import Response
from psycopg import Connection

from services.catalog import addresses, reading
from services.catalog.discovery.listing import find_documents
from services.catalog.pages import json_ld, queries, rendering
from services.catalog.pages.rendering import Page
from services.catalog.programmes.queries import select_documents_of
from services.catalog.publishing.domain import Document
from services.catalog.publishing.queries import Entry
from shared.http.pages import Pages
from shared.runtime import connection

# How many sessions a page names at most; there may be more, and the API has them all.
MOST = 100
NEXT, NEWEST = 20, 5

pages = Pages("pages", url_prefix="/catalog")


@pages.get("/")
def show_home() -> Response:
    """What is coming, what can be watched, what was announced."""
    with connection() as conn:
        sessions = queries.select_sessions_ahead(conn, limit=NEXT)
        announcements = queries.select_announcements(conn, limit=NEWEST)
    page = Page(
        template="home.html",
        title="Learning catalog",
        description="Webinars and workshops that are coming, recordings to watch, and what was announced.",
        address=rendering.home(),
        things=[json_ld.listed(sessions)],
    )
    recordings = find_documents({"recorded": True}, sort="-recorded", limit=NEWEST)
    return rendering.respond(page, sessions=sessions, recordings=recordings, announcements=announcements)


@pages.get("/initiatives/<slug>")
def show_initiative(slug: str) -> Response:
    with connection() as conn:
        entry, document = _read(conn, "initiative", slug)
        sessions = queries.select_sessions_of(conn, entry.id, limit=MOST)
    page = Page(
        template="initiative.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=_crumbs(),
        things=[json_ld.initiative(document)],
    )
    return rendering.respond(page, initiative=document, sessions=sessions)


@pages.get("/series/<slug>")
def show_series(slug: str) -> Response:
    with connection() as conn:
        entry, document = _read(conn, "series", slug)
        sessions = queries.select_sessions_of(conn, entry.id, limit=MOST)
        above = select_documents_of(conn, "initiative", [document["initiative"]["slug"]])
        labels = _labels(conn, [*document["audience"]["library_types"], *document["audience"]["community_sizes"]])
    page = Page(
        template="series.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=_crumbs(("initiative", document["initiative"])),
        things=[json_ld.series(document, sessions, [partner for one in above.values() for partner in one["partners"]])],
        embeddable=True,
    )
    titles = {one["slug"]: one["title"] for one in document["sessions"]}
    return rendering.respond(page, series=document, sessions=sessions, titles=titles, labels=labels)


@pages.get("/sessions/<slug>")
def show_session(slug: str) -> Response:
    with connection() as conn:
        _, document = _read(conn, "session", slug)
        found = queries.select_labels(conn, [term for terms in document["terms"].values() for term in terms])
    terms = [one for one in found if one.slug in document["terms"].get(one.vocabulary, [])]
    labels = {(one.vocabulary, one.slug): one.label for one in terms}
    things = [json_ld.session(document, labels)]
    if document["recording"]:
        things.append(json_ld.recording(document))
    address = document["links"]["page"]
    above = [("initiative", document["initiative"]), ("series", document["series"])]
    page = Page(
        template="session.html",
        title=document["title"],
        description=document["summary"] or f"{document['title']}: {document['when']['label']}.",
        address=address,
        json=document["links"]["self"],
        calendar=f"{address}.ics" if "starts_at" in document["when"] else None,
        crumbs=_crumbs(*(crumb for crumb in above if crumb[1])),
        things=things,
        embeddable=True,
    )
    return rendering.respond(page, session=document, terms=_by_heading(terms))


@pages.get("/announcements/<slug>")
def show_announcement(slug: str) -> Response:
    with connection() as conn:
        _, document = _read(conn, "announcement", slug)
    page = Page(
        template="announcement.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=_crumbs(("initiative", document["initiative"])),
        things=[json_ld.announcement(document)],
        kind="article",
        embeddable=True,
    )
    return rendering.respond(page, announcement=document)


@pages.get("/organizations/<slug>")
def show_organization(slug: str) -> Response:
    with connection() as conn:
        entry, document = _read(conn, "organization", slug)
        sessions = queries.select_sessions_with(conn, entry.id, limit=MOST)
    page = Page(
        template="organization.html",
        title=document["name"],
        description=f"What {document['name']} has a part in.",
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=_crumbs(),
        things=[json_ld.organization(document)],
    )
    return rendering.respond(page, organization=document, sessions=sessions)


def _read(conn: Connection, kind: str, slug: str) -> tuple[Entry, Document]:
    entry = reading.find(conn, kind, slug)
    return entry, reading.present(conn, entry)


def _crumbs(*above: tuple[str, Document]) -> list[tuple[str, str]]:
    lead = [("Catalog", rendering.home())]
    return lead + [(one["title"], addresses.page_of(kind, one["slug"])) for kind, one in above]


def _labels(conn: Connection, slugs: list[str]) -> dict[tuple[str, str], str]:
    return {(one.vocabulary, one.slug): one.label for one in queries.select_labels(conn, slugs)}


def _by_heading(terms: list[queries.Label]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for term in terms:
        found.setdefault(term.heading, []).append(term.label)
    return found
