"""`/catalog/v1/initiatives`, `series`, `organizations` and `vocabularies`: what the public reads of programmes."""

from collections.abc import Callable
from typing import Any

from flask import Response
from psycopg import Connection

from services.catalog import addresses, reading
from services.catalog.answers import answer
from services.catalog.programmes import domain, queries, schemas
from services.catalog.programmes.schemas import TermPart
from services.catalog.publishing.domain import Outcome
from shared.errors import NotFound
from shared.http import Blueprint
from shared.http.audit_api import record_staff_action
from shared.http.idempotency import idempotent
from shared.http.pagination import PageQuery, decode_cursor, encode_cursor, page
from shared.runtime import connection, transaction

public = Blueprint(
    "programmes", __name__, url_prefix="/catalog/v1", public=True, description="Initiatives and their parts"
)

staff = Blueprint(
    "vocabulary-staff", __name__, url_prefix="/catalog/v1/vocabularies", description="What staff do to vocabularies"
)


@public.get("/initiatives")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.InitiativeListSchema)
def list_initiatives(query: dict[str, Any]) -> Response:
    """Initiatives, by slug."""
    return _list("initiative", query)


@public.get("/initiatives/<slug>")
@public.response(200, schemas.InitiativeSchema)
def show_initiative(slug: str) -> Response:
    """An initiative: its partners, its funding, its series and sessions."""
    return reading.show("initiative", slug)


@public.get("/series")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.SeriesListSchema)
def list_series(query: dict[str, Any]) -> Response:
    """Series, by slug."""
    return _list("series", query)


@public.get("/series/<slug>")
@public.response(200, schemas.SeriesSchema)
def show_series(slug: str) -> Response:
    """A series: whom it is for, its sessions in order, what completes it."""
    return reading.show("series", slug)


@public.get("/organizations")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.OrganizationListSchema)
def list_organizations(query: dict[str, Any]) -> Response:
    """Organizations, by slug."""
    return _list("organization", query)


@public.get("/organizations/<slug>")
@public.response(200, schemas.OrganizationSchema)
def show_organization(slug: str) -> Response:
    """An organization."""
    return reading.show("organization", slug)


@public.get("/vocabularies")
@public.response(200, schemas.VocabularyListSchema)
def list_vocabularies() -> Response:
    """Every vocabulary with its terms, and how many published sessions each of them describes."""
    with connection() as conn:
        found = queries.select_vocabularies(conn)
    items = [_with_links("vocabulary", vocabulary, vocabulary["name"]) for vocabulary in found]
    return answer({"items": items, "next": None})


@public.get("/vocabularies/<name>")
@public.response(200, schemas.VocabularySchema)
def show_vocabulary(name: str) -> Response:
    """A vocabulary with its terms, and how many published sessions each of them describes."""
    with connection() as conn:
        found = queries.select_vocabularies(conn, name=name)
    if not found:
        raise NotFound("There is no such vocabulary.")
    return answer(_with_links("vocabulary", found[0], name))


@staff.post("/<name>/terms")
@staff.staff(reading.SCOPE)
@idempotent
@staff.arguments(schemas.TermPartSchema)
@staff.response(201, schemas.VocabularySchema)
def add_term(term: TermPart, name: str) -> Response:
    """Add a term to a vocabulary; it is public at once."""
    response = _change_terms(name, "vocabulary.add-term", lambda conn: domain.add_term(conn, name, term))
    response.status_code = 201
    response.headers["Location"] = addresses.api_path("vocabulary", name)
    return response


@staff.put("/<name>/terms/<slug>")
@staff.staff(reading.SCOPE)
@staff.arguments(schemas.TermLabelSchema)
@staff.response(200, schemas.VocabularySchema)
def rename_term(term: dict[str, str], name: str, slug: str) -> Response:
    """Say what a term is called now."""
    return _change_terms(
        name, "vocabulary.rename-term", lambda conn: domain.rename_term(conn, name, slug, label=term["label"])
    )


@staff.delete("/<name>/terms/<slug>")
@staff.staff(reading.SCOPE)
@staff.response(200, schemas.VocabularySchema)
def remove_term(name: str, slug: str) -> Response:
    """Take a term away that describes nothing."""
    return _change_terms(name, "vocabulary.remove-term", lambda conn: domain.remove_term(conn, name, slug))


def _change_terms(name: str, action: str, change: Callable[[Connection], Outcome]) -> Response:
    with transaction() as conn:
        outcome = change(conn)
        record_staff_action(conn, action, name, outcome.difference())
        return answer(_with_links("vocabulary", queries.select_vocabularies(conn, name=name)[0], name))


def _list(kind: str, query: dict[str, Any]) -> Response:
    (after,) = decode_cursor(query["cursor"], str) or (None,)
    with connection() as conn:
        found = queries.select_documents(conn, kind, after=after, limit=query["limit"] + 1)
    shown = found[: query["limit"]]
    items = [_with_links(kind, row["document"], row["slug"]) for row in shown]
    body, headers = page(items, encode_cursor(shown[-1]["slug"]) if len(found) > len(shown) else None)
    return answer(body, headers=headers)


def _with_links(kind: str, document: dict[str, Any], slug: str) -> dict[str, Any]:
    return {**document, "links": addresses.links_of(kind, slug)}
