"""How full a session is, over HTTP."""

from flask import Response

from services.registration.availability import queries
from services.registration.availability.schemas import AvailabilitySchema
from services.registration.programme import domain as programme
from services.registration.registrations import admission
from shared.errors import NotFound
from shared.http import Blueprint
from shared.http.answers import answer
from shared.runtime import connection

bp = Blueprint(
    "availability", __name__, url_prefix="/registration/v1", description="How full sessions are", public=True
)


@bp.get("/sessions/<slug>/availability")
@bp.response(200, AvailabilitySchema)
def show_availability(slug: str) -> Response:
    """How full a session is."""
    with connection() as conn:
        session = programme.find_session(conn, slug)
        seats = queries.select_seats(conn, session.id)
    if seats is None:
        raise NotFound("There is no such session.")
    left = None if seats.capacity is None else max(seats.capacity - seats.taken, 0)
    found = {
        "capacity": seats.capacity,
        "confirmed": seats.taken,
        "waitlisted": seats.waitlisted,
        "seats_left": left,
        "state": admission.state(session, seats_left=left),
    }
    return answer(AvailabilitySchema().dump(found), cache_control="no-cache")
