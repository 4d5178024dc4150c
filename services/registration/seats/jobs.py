"""Seats that were offered and not accepted in time go to the next in line."""

from services.registration.seats import domain
from shared.jobs import Job
from shared.runtime import transaction

AT_ONCE = 200


def pass_on_offers() -> int:
    """Offer seats that were not accepted in time to the next in line. Returns the number of offers that ended."""
    with transaction() as conn:
        return domain.pass_on(conn, limit=AT_ONCE)


JOBS = [Job("pass-on-offers", pass_on_offers, every=1)]
