"""Slots: the databases and the virtual host that one worker of a test run has to itself, until its process ends."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from deploy.waiting import wait_until
from tests.servers import databases, queues
from tests.servers.engines import Engines
from tests.servers.sharing import SLOTS
from tests.servers.topology import vhost_names

PATIENCE_SECONDS = 1800.0  # until another run, which has the last slot, ends
MARK = "CONVENE_TEST_SLOT"  # in the environment of all processes that tests start
_locks: list[IO[str]] = []


@dataclass(frozen=True)
class Slot:
    """A worker's share of the kept servers: every database of it begins with `database`."""

    number: int

    @property
    def database(self) -> str:
        return f"convene_{self.number}"

    @property
    def vhost(self) -> str:
        return vhost_names(SLOTS)[self.number]

    def new_database_name(self) -> str:
        """Return a name that no database has."""
        return f"{self.database}_{uuid4().hex[:12]}"


def take(engines: Engines) -> Slot:
    """Return the first free slot, cleaned of what a run that was killed left behind."""
    found: list[int] = []
    wait_until(lambda: found or found.extend(_lock_first_free(engines.folder)), PATIENCE_SECONDS, "a free slot")
    slot = Slot(found[0])
    mark = f"{engines.folder}/{slot.number}"
    _kill_orphans(mark)
    os.environ[MARK] = mark
    databases.drop_all(engines, slot.database)
    queues.empty(engines, slot.vhost)
    return slot


def _lock_first_free(folder: Path) -> Iterator[int]:
    (folder / "slots").mkdir(exist_ok=True)
    for number in range(SLOTS):
        lock = (folder / "slots" / str(number)).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            _locks.append(lock)
            yield number
            return


def _kill_orphans(mark: str) -> None:
    """Kill processes that an earlier holder of the slot started, and that outlived it."""
    wanted = f"\0{MARK}={mark}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in b"\0" + (process / "environ").read_bytes() and process.name != str(os.getpid()):
                os.kill(int(process.name), signal.SIGKILL)
