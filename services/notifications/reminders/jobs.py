"""The clock makes reminders due, and ends the waiting for a seat."""

from services.notifications.reminders import queries
from shared.jobs import Job
from shared.runtime import transaction

BATCH = 1000
# Days before an invitation ends.
INVITATION_DAYS = 3
# Hours after its begin within which it is still news that a session was full.
FULL_HOURS = 12


def remind() -> int:
    """Queue reminders that are due, a batch in each transaction. Returns their number."""
    with transaction() as conn:
        of_sessions = queries.insert_due_of_sessions(conn, limit=BATCH)
    with transaction() as conn:
        of_sessions += queries.insert_for_full_sessions(conn, hours=FULL_HOURS, limit=BATCH)
    with transaction() as conn:
        return of_sessions + queries.insert_due_of_invitations(conn, days=INVITATION_DAYS, limit=BATCH)


JOBS = [Job("remind", remind, every=15)]
