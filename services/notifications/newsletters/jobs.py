"""The clock's part in the newsletter: beginning with what is due."""

from services.notifications.newsletters import domain
from shared.jobs import Job
from shared.runtime import transaction


def begin_issues() -> int:
    """Start sending one issue that is due. Returns the number of issues started."""
    with transaction() as conn:
        return domain.begin_due(conn)


def begin_digest() -> int:
    """Start the weekly digest when it is due. Returns the number of issues started."""
    with transaction() as conn:
        return domain.begin_digest(conn)


JOBS = [
    Job("begin-issues", begin_issues, every=5),
    Job("begin-digest", begin_digest, every=60),
]
