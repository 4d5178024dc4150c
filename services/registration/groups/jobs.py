"""Groups that nobody confirmed in time are forgotten, and the seats that were held for them given back."""

from services.registration.groups import domain
from shared.jobs import Job
from shared.runtime import transaction

AT_ONCE = 50


def expire_groups() -> int:
    """Delete group requests that nobody confirmed within a day, and release their seats. Returns their number."""
    with transaction() as conn:
        return domain.expire(conn, limit=AT_ONCE)


JOBS = [Job("expire-groups", expire_groups, every=5)]
