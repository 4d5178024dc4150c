"""How full a session is, over HTTP."""

from flask import Response

from services.registration.availability import domain
from services.registration.availability.schemas import AvailabilitySchema
from services.registration.catalog_projection import domain as projection
from shared.http import Blueprint
from shared.http.responses import json_response
from shared.runtime import connection

bp = Blueprint(
    "availability", __name__, url_prefix="/registration/v1", description="How full sessions are", public=True
)


@bp.get("/sessions/<slug>/availability")
@bp.response(200, AvailabilitySchema)
def show_availability(slug: str) -> Response:
    """How full a session is."""
    with connection() as conn:
        found = domain.describe(conn, projection.find_session(conn, slug))
    return json_response(AvailabilitySchema().dump(found), cache_control="no-cache")
