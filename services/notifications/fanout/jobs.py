"""The clock's part in reaching readers: mails made due, held and let go."""

from services.notifications.fanout import domain, queries
from shared.jobs import Job
from shared.runtime import transaction


def fan_out() -> int:
    """Make the next mails due, in a transaction of their own; how many batches."""
    with transaction() as conn:
        return domain.fan_out(conn)


def steer() -> int:
    """Hold, let go and supersede mails as their issues were paused, resumed and cancelled; how many."""
    done = 0
    for act in (queries.hold_mails, queries.release_mails, queries.supersede_mails):
        with transaction() as conn:
            done += act(conn, limit=domain.BATCH)
    return done


JOBS = [
    Job("fan-out", fan_out, every=1),
    Job("steer-issues", steer, every=5),
]
