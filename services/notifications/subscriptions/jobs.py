"""Requests that nobody confirmed are forgotten."""

from services.notifications.subscriptions import request_queries
from shared.jobs import Job
from shared.runtime import transaction


def forget_requests() -> int:
    """Delete sign-ups for the newsletter that nobody confirmed in time."""
    with transaction() as conn:
        request_queries.delete_expired_requests(conn)
    return 0


JOBS = [Job("forget-requests", forget_requests, every=600)]
