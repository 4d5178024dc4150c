"""Process that keeps test servers: `python -m tests.servers.keeper FOLDER OWNER WORKERS`.

Writes `engines.json` into FOLDER when both can be used, or `failed` with the reason. Removes everything on SIGTERM, and
when process OWNER has ended; with OWNER 0, when no test run has used them for half an hour, or the checkout is gone.
"""

import os
import select
import shutil
import signal
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.servers import databases, sharing
from tests.servers.choice import engines_class
from tests.servers.databases import ROOT
from tests.servers.engines import Engines
from tests.servers.topology import vhost_names, write_secrets

IDLE_SECONDS = float(os.environ.get("CONVENE_TEST_IDLE_SECONDS", "1800"))
CHECK_SECONDS = min(15.0, IDLE_SECONDS)


def main(folder: Path, owner: int, workers: int) -> None:
    asked, asking = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(asking, b"."))
    engines = None
    with ExitStack() as locks:
        try:
            write_secrets(folder / "secrets", vhost_names(workers))
            engines = engines_class().create(folder)
            _make_ready(engines)
            engines.save(folder / "engines.json")
            _wait_for_owner(asked, owner) if owner else _wait_until_idle(asked, folder, locks)
        except Exception:
            (folder / "failed").write_text(traceback.format_exc())
        finally:
            if engines:
                engines.remove()
            if not (folder / "failed").exists():  # its reader removes it
                shutil.rmtree(folder, ignore_errors=True)


def _wait_for_owner(asked: int, owner: int) -> None:
    with suppress(ProcessLookupError):
        select.select([asked, os.pidfd_open(owner)], [], [])


def _wait_until_idle(asked: int, folder: Path, locks: ExitStack) -> None:
    """Return with the folder locked when it is idle, or as soon as this process is asked to end."""
    last_used = time.monotonic()
    while not select.select([asked], [], [], CHECK_SECONDS)[0]:
        if sharing.in_use(folder):
            last_used = time.monotonic()
        elif time.monotonic() - last_used >= IDLE_SECONDS or not (ROOT / "pyproject.toml").exists():
            locks.enter_context(sharing.locked(folder))
            if not sharing.in_use(folder):  # nor has become so while this waited for the lock
                return
            locks.close()


def _make_ready(engines: Engines) -> None:
    """Make the database's template while the broker starts."""
    with ThreadPoolExecutor() as pool:
        broker = pool.submit(engines.wait, "rabbitmq", 120)
        engines.wait("postgres")
        databases.make_template(engines)
        broker.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
