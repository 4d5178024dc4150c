"""When everything that was caused has been handled, and what is in the way where that does not come."""

from typing import Any

from deploy.demo.instances import Instance
from deploy.demo.terminal import wait_for

PATIENCE = 90.0

# One statement sees one moment, and whatever an event causes commits together with it: so zeros here are the end.
WAITING = """
    SELECT (SELECT count(*) FROM catalog.outbox WHERE published_at IS NULL)
         + (SELECT count(*) FROM registration.outbox WHERE published_at IS NULL)
         + (SELECT count(*) FROM notifications.outbox WHERE published_at IS NULL) AS "events to be sent",
           (SELECT count(*) FROM catalog.outbox AS o WHERE NOT EXISTS (
                SELECT FROM notifications.inbox AS i WHERE i.event_id = o.event_id::text))
         + (SELECT count(*) FROM registration.outbox AS o WHERE NOT EXISTS (
                SELECT FROM notifications.inbox AS i WHERE i.event_id = o.event_id::text))
         + (SELECT count(*) FROM catalog.outbox AS o
             WHERE split_part(type, '.', 2) IN ('series', 'session', 'recording') AND NOT EXISTS (
                SELECT FROM registration.inbox AS i WHERE i.event_id = o.event_id::text))
         + (SELECT count(*) FROM registration.outbox AS o
             WHERE type = 'registration.availability.changed' AND NOT EXISTS (
                SELECT FROM catalog.inbox AS i WHERE i.event_id = o.event_id::text)) AS "events on their way",
           (SELECT count(*) FROM catalog.inbox WHERE status = 'pending')
         + (SELECT count(*) FROM registration.inbox WHERE status = 'pending')
         + (SELECT count(*) FROM notifications.inbox WHERE status = 'pending') AS "events to be handled",
           (SELECT count(*) FROM registration.seats AS s LEFT JOIN registration.availability AS told USING (session_id)
             WHERE (s.capacity, s.taken, s.waitlisted) IS DISTINCT FROM (told.capacity, told.taken, told.waitlisted)
           ) AS "sessions whose seats are to be announced",
           (SELECT count(*) FROM notifications.messages
             WHERE state NOT IN ('sent', 'failed', 'superseded')) AS "mails to be sent"
"""
OLDEST = """
    SELECT 'catalog' AS service, type, status, attempts, last_error FROM catalog.inbox
     WHERE status IN ('pending', 'quarantined')
     UNION ALL
    SELECT 'registration', type, status, attempts, last_error FROM registration.inbox
     WHERE status IN ('pending', 'quarantined')
     UNION ALL
    SELECT 'notifications', type, status, attempts, last_error FROM notifications.inbox
     WHERE status IN ('pending', 'quarantined')
     UNION ALL
    SELECT 'notifications', kind, state, attempts, reply FROM notifications.messages
     WHERE state NOT IN ('sent', 'superseded')
     LIMIT 10
"""


FULL = """
    SELECT slug, count(*) AS told FROM notifications.messages JOIN notifications.sessions ON sessions.id = session_id
     WHERE kind = 'session-full' GROUP BY slug
"""


def wait_told_full(instance: Instance, session: str, number: int) -> None:
    """Return when so many were mailed that a session was full to the end, which workers look after every 15 seconds:
    before the clock goes on, after which it is no news any more. Raises TimeoutError.
    """
    wait_for(
        "the emails to those who wait to the end",
        lambda: {row["slug"]: row["told"] for row in instance.query(FULL)}.get(session, 0) >= number,
        seconds=PATIENCE,
        explain=lambda: _explain(instance),
    )


def waiting(instance: Instance) -> dict[str, int]:
    """Count what waits to be published, received, processed and sent."""
    [counted] = instance.query(WAITING)
    return counted


def settle(instance: Instance) -> None:
    """Return when every event has been relayed, received and handled, and every mail is out. Raises TimeoutError."""
    wait_for(
        "everything to be handled",
        lambda: not any(waiting(instance).values()),
        seconds=PATIENCE,
        explain=lambda: _explain(instance),
    )


def _explain(instance: Instance) -> str:
    lines = [f"{number} {what}" for what, number in waiting(instance).items()]
    return "\n".join(["What waits:", *lines, *map(_tell, instance.query(OLDEST))])


def _tell(row: dict[str, Any]) -> str:
    return f"{row['service']}: {row['type']} {row['status']} after {row['attempts']} tries: {row['last_error']}"
