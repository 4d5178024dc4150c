"""Waking loops by PostgreSQL's NOTIFY: a hint that saves the wait for the next poll, and nothing depends on it."""

import threading
from collections import defaultdict

import psycopg
from psycopg import sql

from shared.messaging.loop import POLL_SECONDS, Heartbeat, run_with_backoff


class Wakeup:
    """Rung, it wakes one who waits; where nobody does, the next who will is not made to."""

    def __init__(self) -> None:
        self.rung = False
        self.heard = threading.Condition()

    def set(self) -> None:
        """Ring, as `threading.Event` is set."""
        with self.heard:
            self.rung = True
            self.heard.notify()

    def wait(self, seconds: float = POLL_SECONDS) -> bool:
        """Wait until it is set or `seconds` pass; True if it was set. Wakes one waiter only."""
        with self.heard:
            rung = self.heard.wait_for(lambda: self.rung, seconds)
            self.rung = False
        return rung


class Listener:
    """Listens on a connection of its own and rings the bells of each topic that was notified; of the topics that have
    bells when it begins.
    """

    name = "listener"

    def __init__(self, conninfo: str, service: str) -> None:
        self.conninfo = conninfo
        self.service = service
        self.heartbeat = Heartbeat()
        self.wakeups: defaultdict[str, list[Wakeup | threading.Event]] = defaultdict(list)
        self.shared: dict[str, Wakeup] = {}

    def wakeup(self, topic: str) -> Wakeup:
        """A wakeup of the caller's own that is rung whenever the topic is notified."""
        self.wakeups[topic].append(wakeup := Wakeup())
        return wakeup

    def shared_wakeup(self, topic: str) -> Wakeup:
        """The one wakeup of all who ask for it here, of whom one is woken whenever the topic is notified."""
        if topic not in self.shared:
            self.shared[topic] = self.wakeup(topic)
        return self.shared[topic]

    def run(self, stop: threading.Event) -> None:
        run_with_backoff(self.name, self.heartbeat, stop, lambda: self._listen(stop))

    def _listen(self, stop: threading.Event) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            for topic in self.wakeups:
                conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"{self.service}_{topic}")))
            while not stop.is_set():
                self.heartbeat.beat(well=True)
                for notice in conn.notifies(timeout=1.0, stop_after=1):
                    for wakeup in self.wakeups[notice.channel.removeprefix(f"{self.service}_")]:
                        wakeup.set()
