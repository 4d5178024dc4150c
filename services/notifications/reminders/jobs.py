"""The clock makes reminders due."""

from services.notifications.reminders import queries
from shared.jobs import Job
from shared.runtime import transaction

BATCH = 1000
# Days before an invitation ends.
INVITATION_DAYS = 3


def remind() -> int:
    """A batch of what is due, in a transaction of its own; how many mails."""
    with transaction() as conn:
        of_sessions = queries.insert_due_of_sessions(conn, limit=BATCH)
    with transaction() as conn:
        return of_sessions + queries.insert_due_of_invitations(conn, days=INVITATION_DAYS, limit=BATCH)


JOBS = [Job("remind", remind, every=15)]
