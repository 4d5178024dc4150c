"""Forgetting, by the clock: answers kept for idempotency keys, counts of limits, and published events that no replay
will want.
"""

from shared import rate_limits
from shared.database import execute
from shared.jobs import Job
from shared.messaging import outbox, snapshot_reports
from shared.runtime import transaction

OUTBOX_DAYS = 35
HOUR = 3600.0


def forget_old_rows() -> int:
    """Delete what has outlived its promise: idempotency keys after 24 hours, published events and what
    snapshots mended after 35 days, counts of limits after their time."""
    with transaction() as conn:
        sql = "DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '24 hours'"
        execute(conn, sql)
        outbox.delete_published(conn, days=OUTBOX_DAYS)
        snapshot_reports.delete_outcomes(conn)
        rate_limits.delete_expired_counts(conn)
    return 0


JOB = Job("retention", forget_old_rows, every=HOUR)
