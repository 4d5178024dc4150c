"""Mails of an issue are made due batch by batch, in the order of the readers, and the place up to which that was done
is kept with the issue: so a worker that ends in between leaves nobody out and reaches nobody twice.
"""

from psycopg import Connection

from services.notifications.fanout import queries
from services.notifications.messages import kinds

# Readers for whom mails are made due, or mails that are held or let go, in one transaction.
BATCH = 5000


def fan_out(conn: Connection) -> bool:
    """Make mails due for the next readers of an issue; False where everybody is reached."""
    issue = queries.lock_unfinished_issue(conn)
    if issue is None:
        return False
    kind = kinds.DIGEST if issue.kind == "digest" else kinds.NEWSLETTER
    queries.insert_mails(conn, issue.id, kind, limit=BATCH)
    return True
