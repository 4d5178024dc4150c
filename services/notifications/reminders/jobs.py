"""The clock makes reminders due, and ends the waiting for a seat."""

from services.notifications.reminders import queries
from shared.jobs import Job
from shared.runtime import transaction

# Hours after its begin within which it is still news that a session was full.
FULL_HOURS = 12


def remind() -> int:
    """Queue reminders that are due, a batch in each transaction. Returns their number."""
    with transaction() as conn:
        of_sessions = queries.insert_due_of_sessions(conn, limit=queries.BATCH)
    with transaction() as conn:
        of_sessions += queries.insert_for_full_sessions(conn, hours=FULL_HOURS, limit=queries.BATCH)
    with transaction() as conn:
        return of_sessions + queries.insert_due_of_invitations(conn, days=queries.INVITATION_DAYS, limit=queries.BATCH)


JOBS = [Job("remind", remind, every=15)]
