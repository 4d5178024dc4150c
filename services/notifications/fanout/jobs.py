"""The clock's part in reaching readers: mails made due, held and let go."""

from services.notifications.fanout import domain, queries
from shared.jobs import Job
from shared.runtime import transaction


def fan_out() -> int:
    """Queue mails for the next batch of an issue's readers. Returns the number of batches."""
    with transaction() as conn:
        return domain.fan_out(conn)


def apply_issue_states() -> int:
    """Hold, release and supersede mails whose issues were paused, resumed or canceled. Returns their number."""
    done = 0
    for act in (queries.hold_mails, queries.release_mails, queries.supersede_mails):
        with transaction() as conn:
            done += act(conn, limit=domain.BATCH)
    return done


JOBS = [
    Job("fan-out", fan_out, every=1),
    Job("steer-issues", apply_issue_states, every=5),
]
