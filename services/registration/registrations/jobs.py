"""How full sessions are is told twice a second at most, so that a hot session's transactions stay small."""

from services.registration.registrations import domain
from shared.jobs import Job
from shared.runtime import transaction


def announce_seats() -> int:
    with transaction() as conn:
        return domain.announce_changed_seats(conn)


JOBS = [Job("announce-seats", announce_seats, every=0.5)]
