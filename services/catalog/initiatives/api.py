"""`/catalog/v1/initiatives`: public reads."""

from typing import Any

from flask import Response

from services.catalog.entries.entry_responses import list_entries, show_entry
from services.catalog.initiatives import schemas
from shared.http import Blueprint
from shared.http.pagination import PageQuery

public = Blueprint("initiatives", __name__, url_prefix="/catalog/v1", public=True, description="Initiatives")


@public.get("/initiatives")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.InitiativeListSchema)
def list_initiatives(query: dict[str, Any]) -> Response:
    """List initiatives, by slug."""
    return list_entries("initiative", query)


@public.get("/initiatives/<slug>")
@public.response(200, schemas.InitiativeSchema)
def show_initiative(slug: str) -> Response:
    """Show an initiative with its partners, funding, series and sessions."""
    return show_entry("initiative", slug)
