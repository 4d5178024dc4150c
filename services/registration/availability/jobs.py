"""The catalog is told how full sessions are; the counts are checked against the registrations."""

from dataclasses import asdict

import structlog

from services.registration.availability import domain
from shared.jobs import Job
from shared.runtime import transaction

log = structlog.get_logger()


def tell_availability() -> int:
    with transaction() as conn:
        return domain.tell_changes(conn)


def check_seats() -> int:
    """Whatever this logs is a bug of ours: counts are not repaired in silence."""
    with transaction() as conn:
        found = domain.find_disagreements(conn)
    for seats in found:
        log.error("seats and registrations disagree", **asdict(seats))
    return 0


JOBS = [Job("tell-availability", tell_availability, every=0.25), Job("check-seats", check_seats, every=60)]
