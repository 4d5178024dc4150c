"""`/catalog/v1/initiatives`: public reads."""

from typing import Any

from flask import Response

from services.catalog.entries.entry_responses import list_entries, show_entry
from services.catalog.initiatives import schemas
from shared.http import Blueprint
from shared.http.pagination import PageQuery
from shared.runtime import connection

public = Blueprint("initiatives", __name__, url_prefix="/catalog/v1", public=True, description="Initiatives")


@public.get("/initiatives")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.InitiativeListSchema)
def list_initiatives(query: dict[str, Any]) -> Response:
    """List initiatives, by slug."""
    with connection() as conn:
        return list_entries(conn, "initiative", query)


@public.get("/initiatives/<slug>")
@public.response(200, schemas.InitiativeSchema)
def show_initiative(slug: str) -> Response:
    """Show an initiative with its partners, funding, series and sessions."""
    with connection() as conn:
        return show_entry(conn, "initiative", slug)
