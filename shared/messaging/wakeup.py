"""Waking loops by PostgreSQL's NOTIFY: a hint that saves the wait for the next poll, and nothing depends on it."""

import threading
from collections import defaultdict

import psycopg
from psycopg import sql

from shared.messaging.loop import POLL_SECONDS, Pulse, persist


class Listener:
    """Listens on a connection of its own and sets an event for each topic that was notified; to the topics that have
    bells when it begins.
    """

    name = "listener"

    def __init__(self, conninfo: str, service: str) -> None:
        self.conninfo = conninfo
        self.service = service
        self.pulse = Pulse()
        self.bells: defaultdict[str, list[threading.Event]] = defaultdict(list)

    def bell(self, topic: str) -> threading.Event:
        """A bell of the caller's own that is rung (set) whenever the topic is notified; the caller clears it."""
        self.bells[topic].append(bell := threading.Event())
        return bell

    def run(self, stop: threading.Event) -> None:
        persist(self.name, self.pulse, stop, lambda: self._listen(stop))

    def _listen(self, stop: threading.Event) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            for topic in self.bells:
                conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"{self.service}_{topic}")))
            while not stop.is_set():
                self.pulse.beat(well=True)
                for notice in conn.notifies(timeout=1.0, stop_after=1):
                    for bell in self.bells[notice.channel.removeprefix(f"{self.service}_")]:
                        bell.set()


def wait(bell: threading.Event, seconds: float = POLL_SECONDS) -> bool:
    """Return when the bell was rung, or after `seconds`; whether it was rung."""
    rung = bell.wait(seconds)
    bell.clear()
    return rung
