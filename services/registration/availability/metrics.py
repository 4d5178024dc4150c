"""How full the sessions to come are, for whoever watches the system."""

from collections.abc import Iterator

from prometheus_client.core import Metric
from psycopg import Connection

from services.registration.availability.queries import count_seats
from shared.metrics import gauge


def measure_seats(conn: Connection) -> Iterator[Metric]:
    """Sessions to come by whether there are seats left, and their seats."""
    found = count_seats(conn)
    sessions = [(["free"], found.with_seats), (["full"], found.full), (["unlimited"], found.unlimited)]
    yield gauge("sessions_upcoming", "Sessions to come, by whether they have seats left", ["seats"], sessions)
    seats = [(["taken"], found.taken), (["free"], found.free), (["waiting"], found.waiting)]
    yield gauge("seats_upcoming", "Seats of the sessions to come, and people who wait for one", ["state"], seats)
