"""`/catalog/v1/vocabularies`: public reads, and what staff do to terms."""

from collections.abc import Callable

from flask import Response
from psycopg import Connection

from services.catalog.entries import urls, visibility
from services.catalog.entries.representations import with_links
from services.catalog.entries.responses import answer
from services.catalog.publishing.domain import Outcome
from services.catalog.vocabularies import domain, queries, schemas
from services.catalog.vocabularies.schemas import TermPart
from shared.errors import NotFound
from shared.http import Blueprint
from shared.http.audit_api import record_staff_action
from shared.http.idempotency import idempotent
from shared.runtime import connection, transaction

public = Blueprint(
    "vocabularies", __name__, url_prefix="/catalog/v1/vocabularies", public=True, description="Vocabularies"
)
staff = Blueprint(
    "vocabulary-staff", __name__, url_prefix="/catalog/v1/vocabularies", description="What staff do to vocabularies"
)


@public.get("")
@public.response(200, schemas.VocabularyListSchema)
def list_vocabularies() -> Response:
    """List all vocabularies with their terms, and how many published sessions have each term."""
    with connection() as conn:
        found = queries.select_vocabularies(conn)
    items = [with_links("vocabulary", vocabulary, vocabulary["name"]) for vocabulary in found]
    return answer({"items": items, "next": None})


@public.get("/<name>")
@public.response(200, schemas.VocabularySchema)
def show_vocabulary(name: str) -> Response:
    """Show a vocabulary with its terms, and how many published sessions have each term."""
    with connection() as conn:
        found = queries.select_vocabularies(conn, name=name)
    if not found:
        raise NotFound("There is no such vocabulary.")
    return answer(with_links("vocabulary", found[0], name))


@staff.post("/<name>/terms")
@staff.staff(visibility.SCOPE)
@idempotent
@staff.arguments(schemas.TermPartSchema)
@staff.response(201, schemas.VocabularySchema)
def add_term(term: TermPart, name: str) -> Response:
    """Add a term to a vocabulary; it is public immediately."""
    response = _change_terms(name, "vocabulary.add-term", lambda conn: domain.add_term(conn, name, term))
    response.status_code = 201
    response.headers["Location"] = urls.api_path("vocabulary", name)
    return response


@staff.put("/<name>/terms/<slug>")
@staff.staff(visibility.SCOPE)
@staff.arguments(schemas.TermLabelSchema)
@staff.response(200, schemas.VocabularySchema)
def rename_term(term: dict[str, str], name: str, slug: str) -> Response:
    """Change the label of a term."""
    return _change_terms(
        name, "vocabulary.rename-term", lambda conn: domain.rename_term(conn, name, slug, label=term["label"])
    )


@staff.delete("/<name>/terms/<slug>")
@staff.staff(visibility.SCOPE)
@staff.response(200, schemas.VocabularySchema)
def remove_term(name: str, slug: str) -> Response:
    """Delete a term that is not in use."""
    return _change_terms(name, "vocabulary.remove-term", lambda conn: domain.remove_term(conn, name, slug))


def _change_terms(name: str, action: str, change: Callable[[Connection], Outcome]) -> Response:
    with transaction() as conn:
        outcome = change(conn)
        record_staff_action(conn, action, name, outcome.difference())
        return answer(with_links("vocabulary", queries.select_vocabularies(conn, name=name)[0], name))
