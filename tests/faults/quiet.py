"""When everything has come to rest: nothing waits in databases, queues and mails, for some seconds on end."""

import time

import amqp
import psycopg

from deploy.demo import settling
from deploy.errors import DeployError
from tests.faults.site import FaultSite

# In doubt twice: nobody sends them again but staff.
HELD = "SELECT count(*) AS mails FROM notifications.messages WHERE state = 'in_doubt' AND next_attempt_at IS NULL"


def wait_quiet(site: FaultSite, *, patience: float = 240.0, calm: float = 5.0) -> list[str]:
    """Return when nothing has waited for `calm` seconds, with nothing; or after `patience` with what still waits."""
    deadline = time.monotonic() + patience
    quiet_since: float | None = None
    while True:
        waiting = _waiting(site)
        now = time.monotonic()
        if waiting:
            quiet_since = None
            if now > deadline:
                return waiting
        else:
            quiet_since = quiet_since or now
            if now - quiet_since >= calm:
                return []
        time.sleep(0.5)


def _waiting(site: FaultSite) -> list[str]:
    try:
        [rows] = site.query(settling.WAITING)
        [held] = site.query(HELD)
        rows["mails to be sent"] -= held["mails"]
        queues = site.queue_lengths()
    except (psycopg.Error, amqp.AMQPError, OSError, DeployError) as error:
        return [f"a server does not answer: {error!r}"]
    return [f"{number} {what}" for what, number in (rows | _named(queues)).items() if number]


def _named(queues: dict[str, int]) -> dict[str, int]:
    return {f"messages in the queue {queue}": length for queue, length in queues.items()}
