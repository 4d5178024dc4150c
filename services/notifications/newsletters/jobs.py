"""The clock's part in the newsletter: beginning with what is due, reaching readers, holding and letting go."""

from services.notifications.newsletters import domain, queries
from shared.jobs import Job
from shared.runtime import transaction

BATCH = 5000


def begin_issues() -> int:
    """Begin with one issue that is due; how many."""
    with transaction() as conn:
        return domain.begin_due(conn)


def begin_digest() -> int:
    """Begin with the week's digest, where it is due."""
    with transaction() as conn:
        return domain.begin_digest(conn)


def fan_out() -> int:
    """Make the next mails due, in a transaction of their own; how many batches."""
    with transaction() as conn:
        return domain.fan_out(conn)


def steer() -> int:
    """Hold, let go and supersede mails as their issues were paused, resumed and cancelled; how many."""
    done = 0
    for act in (queries.hold_mails, queries.release_mails, queries.supersede_mails):
        with transaction() as conn:
            done += act(conn, limit=BATCH)
    return done


JOBS = [
    Job("begin-issues", begin_issues, every=5),
    Job("begin-digest", begin_digest, every=60),
    Job("fan-out", fan_out, every=1),
    Job("steer-issues", steer, every=5),
]
