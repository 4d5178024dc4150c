"""People of whom nothing was heard for long are forgotten."""

from services.registration.privacy import domain
from shared import runtime
from shared.jobs import Job
from shared.runtime import transaction

AT_ONCE = 20
HOUR = 3600.0


def erase_inactive() -> int:
    """Erase people who were inactive for `RETENTION_MONTHS`; 0 keeps everybody."""
    if not (months := runtime.settings().retention_months):
        return 0
    with transaction() as conn:
        return domain.erase_inactive(conn, months=months, limit=AT_ONCE)


JOBS = [Job("erase-inactive", erase_inactive, every=HOUR)]
