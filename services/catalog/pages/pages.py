"""`/catalog/…`: a page for each thing, for people. They are no part of the API, and change as people like."""

from flask import Response
from psycopg import Connection

from services.catalog import addresses, reading
from services.catalog.comments.queries import Comment, select_comments
from services.catalog.discovery.listing import find_documents
from services.catalog.pages import json_ld, queries, rendering
from services.catalog.pages.rendering import Page
from services.catalog.programmes.queries import select_documents_of
from services.catalog.publishing.domain import Document
from services.catalog.publishing.queries import Entry
from services.catalog.sessions.documents import present
from services.catalog.sessions.queries import select_session_documents
from shared.http.forms import Form
from shared.http.pages import Pages
from shared.runtime import connection

# How many sessions a page names at most; there may be more, and the API has them all.
MOST = 100

pages = Pages("pages", url_prefix="/catalog")


@pages.get("/initiatives/<slug>")
def show_initiative(slug: str) -> Response:
    with connection() as conn:
        _, document = _read(conn, "initiative", slug)
        series = select_documents_of(conn, "series", [one["slug"] for one in document["series"]])
    sessions = find_documents({"initiative": [slug]}, sort="starts", limit=MOST)
    page = Page(
        template="initiative.html",
        title=document["title"],
        description=document["summary"],
        address=document["links"]["page"],
        json=document["links"]["self"],
        crumbs=_crumbs(),
        things=[json_ld.initiative(document)],
    )
    ordered = [series[one["slug"]] for one in document["series"] if one["slug"] in series]
    return rendering.respond(page, initiative=document, series=ordered, sessions=sessions)


@pages.get("/series/<slug>")
def show_series(slug: str) -> Response:
    """A series as a path: its sessions in their order, what counts, and where it leads."""
    with connection() as conn:
        _, document = _read(conn, "series", slug)
        above = select_documents_of(conn, "initiative", [document["initiative"]["slug"]])
        labels = _labels(conn, [*document["audience"]["library_types"], *document["audience"]["community_sizes"]])
        invited = (document["completion"] or {}).get("invites_to")
        goal = select_documents_of(conn, "session", [invited]).get(invited) if invited else None
    sessions = find_documents({"series": [slug]}, sort="starts", limit=MOST)
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
    return rendering.respond(page, series=document, sessions=sessions, goal=goal, labels=labels)


@pages.get("/sessions/<slug>")
def show_session(slug: str) -> Response:
    return render_session(slug, Form())


def render_session(slug: str, form: Form, *, status: int = 200) -> Response:
    """A session's page, with what a reader wrote into the form for comments."""
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
    page = Page(
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
    return rendering.respond(
        page,
        status=status,
        session=document,
        terms=_by_heading(terms),
        rewards=completion.get("invites_to") == slug,
        counts=slug in completion.get("sessions", ()),
        comments=comments,
        form=form,
    )


@pages.get("/announcements/<slug>")
def show_announcement(slug: str) -> Response:
    return render_announcement(slug, Form())


def render_announcement(slug: str, form: Form, *, status: int = 200) -> Response:
    """An announcement's page, with what a reader wrote into the form for comments."""
    with connection() as conn:
        entry, document = _read(conn, "announcement", slug)
        terms = _terms(conn, document)
        about = [one["slug"] for one in document["sessions"]]
        found = {one["slug"]: one for one in map(present, select_session_documents(conn, about))}
        comments = _comments(conn, entry)
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
    return rendering.respond(
        page,
        status=status,
        announcement=document,
        terms=_by_heading(terms),
        sessions=[found[one] for one in about if one in found],
        comments=comments,
        form=form,
    )


@pages.get("/organizations/<slug>")
def show_organization(slug: str) -> Response:
    with connection() as conn:
        _, document = _read(conn, "organization", slug)
    sessions = find_documents({"organization": [slug]}, sort="-starts", limit=MOST)
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


def crumbs_of(session: Document) -> list[tuple[str, str]]:
    """The way to a session's page."""
    above = [("initiative", session["initiative"]), ("series", session["series"])]
    return _crumbs(*(crumb for crumb in above if crumb[1]))


def _labels(conn: Connection, slugs: list[str]) -> dict[tuple[str, str], str]:
    return {(one.vocabulary, one.slug): one.label for one in queries.select_labels(conn, slugs)}


def _terms(conn: Connection, document: Document) -> list[queries.Label]:
    """The terms of a document, in the order in which people are to read them."""
    found = queries.select_labels(conn, [term for terms in document["terms"].values() for term in terms])
    return [one for one in found if one.slug in document["terms"].get(one.vocabulary, [])]


def _by_heading(terms: list[queries.Label]) -> dict[str, list[queries.Label]]:
    found: dict[str, list[queries.Label]] = {}
    for term in terms:
        found.setdefault(term.heading, []).append(term)
    return found


def _comments(conn: Connection, entry: Entry) -> list[Comment]:
    return select_comments(conn, status="approved", session_id=entry.id, after=None, limit=MOST)
