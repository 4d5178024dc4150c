"""The job that marks ended sessions as held."""

from services.catalog.scheduling import domain
from shared.jobs import Job
from shared.runtime import transaction


def hold_ended_sessions() -> int:
    """Mark sessions that have ended as held. Any number of workers may look: the catalog's lock lets
    one at a time write, and the others find nothing left.
    """
    with transaction() as conn:
        return domain.hold_ended(conn)


HOLD_ENDED_SESSIONS = Job("hold-ended-sessions", hold_ended_sessions, every=1.0)
