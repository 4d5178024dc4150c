"""Keeps servers for a test run: `python -m tests.servers.keeper FOLDER OWNER WORKERS`.

Writes `engines.json` into FOLDER when both can be used, or `failed` with the reason. Removes everything when it is told
to (SIGTERM), or when process OWNER has ended.
"""

import os
import select
import shutil
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.servers import databases
from tests.servers.choice import engines_class
from tests.servers.engines import Engines
from tests.servers.topology import vhost_names, write_secrets


def main(folder: Path, owner: int, workers: int) -> None:
    told, teller = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(teller, b"."))
    engines = None
    try:
        write_secrets(folder / "secrets", vhost_names(workers))
        engines = engines_class().create(folder)
        _make_ready(engines)
        engines.save(folder / "engines.json")
        _wait_for_the_end(told, owner)
    except Exception:
        (folder / "failed").write_text(traceback.format_exc())
        _wait_for_the_end(told, owner)
    finally:
        if engines:
            engines.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_the_end(told: int, owner: int) -> None:
    with suppress(ProcessLookupError):
        select.select([told, os.pidfd_open(owner)], [], [])


def _make_ready(engines: Engines) -> None:
    """The database's template is made while the broker starts."""
    with ThreadPoolExecutor() as pool:
        broker = pool.submit(engines.wait, "rabbitmq", 120)
        engines.wait("postgres")
        databases.make_template(engines)
        broker.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
