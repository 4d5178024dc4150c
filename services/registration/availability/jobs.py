"""The catalog is told how full sessions are; the counts are checked against the registrations."""

from dataclasses import asdict

import structlog

from services.registration.availability import domain
from shared.jobs import Job
from shared.runtime import transaction

log = structlog.get_logger()


def tell_availability() -> int:
    """Publish the seats of sessions that changed, in one batch: one by one they would keep a worker busy while people
    register. Returns non-zero only after a full batch, so that the loop runs again immediately.
    """
    with transaction() as conn:
        told = domain.tell_changes(conn)
    return told if told >= domain.MOST else 0


def check_seats() -> int:
    """Compare the counts of seats with the ledger and the registrations. Logs differences, which are bugs of ours, and
    repairs nothing.
    """
    with transaction() as conn:
        found = domain.find_disagreements(conn)
    for seats in found:
        log.error("seats and registrations disagree", **asdict(seats))
    return 0


JOBS = [Job("tell-availability", tell_availability, every=0.25), Job("check-seats", check_seats, every=60)]
