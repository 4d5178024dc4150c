"""Certificates are issued once a session is over, or a series completed."""

from services.registration.certificates import domain
from shared.jobs import Job
from shared.runtime import transaction

AT_ONCE = 500


def issue_certificates() -> int:
    """Issue the certificates that people have earned. Returns their number."""
    with transaction() as conn:
        return domain.issue_due(conn, limit=AT_ONCE)


JOBS = [Job("issue-certificates", issue_certificates, every=2)]
