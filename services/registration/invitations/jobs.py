"""Invitations that nobody answered in time expire."""

from services.registration.invitations import domain
from shared.jobs import Job
from shared.runtime import transaction

AT_ONCE = 500


def expire_invitations() -> int:
    """Expire the invitations that nobody answered in time. Returns their number."""
    with transaction() as conn:
        return domain.expire(conn, limit=AT_ONCE)


JOBS = [Job("expire-invitations", expire_invitations, every=5)]
