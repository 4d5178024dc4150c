"""`/catalog/v1/organizations`: public reads."""

from typing import Any

from flask import Response

from services.catalog.entries.entry_responses import list_entries, show_entry
from services.catalog.organizations import schemas
from shared.http import Blueprint
from shared.http.pagination import PageQuery
from shared.runtime import connection

public = Blueprint("organizations", __name__, url_prefix="/catalog/v1", public=True, description="Organizations")


@public.get("/organizations")
@public.arguments(PageQuery, location="query")
@public.response(200, schemas.OrganizationListSchema)
def list_organizations(query: dict[str, Any]) -> Response:
    """List organizations, by slug."""
    with connection() as conn:
        return list_entries(conn, "organization", query)


@public.get("/organizations/<slug>")
@public.response(200, schemas.OrganizationSchema)
def show_organization(slug: str) -> Response:
    """Show an organization."""
    with connection() as conn:
        return show_entry(conn, "organization", slug)
