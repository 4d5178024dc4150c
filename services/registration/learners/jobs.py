"""Links and sessions that are over are forgotten."""

from services.registration.learners import queries
from shared.jobs import Job
from shared.runtime import transaction


def forget_sign_ins() -> int:
    """Delete sign-in links and sessions that have expired."""
    with transaction() as conn:
        queries.delete_expired(conn)
    return 0


JOBS = [Job("forget-sign-ins", forget_sign_ins, every=600)]
