"""`/catalog/v1/series`: public reads."""

from typing import Any

from flask import Response

from services.catalog.entries.entry_responses import list_entries, show_entry
from services.catalog.series import schemas
from shared.http import Blueprint
from shared.http.pagination import PageQuery
from shared.runtime import connection

public = Blueprint("series", __name__, url_prefix="/catalog/v1", public=True, description="Series")


@public.get("/series")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.SeriesListSchema)
def list_series(query: dict[str, Any]) -> Response:
    """List series, by slug."""
    with connection() as conn:
        return list_entries(conn, "series", query)


@public.get("/series/<slug>")
@public.response(200, schemas.SeriesSchema)
def show_series(slug: str) -> Response:
    """Show a series: its audience, its sessions in order, and what completes it."""
    with connection() as conn:
        return show_entry(conn, "series", slug)
