"""Gives the processes of one test run the same servers, started when the first of them asks."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.native.waiting import TooLateError, wait_until
from tests.servers.containers import ContainerEngines
from tests.servers.databases import ROOT
from tests.servers.engines import Engines
from tests.servers.native import NativeEngines

KINDS: dict[str, type[Engines]] = {kind.__name__: kind for kind in (ContainerEngines, NativeEngines)}


def new_folder() -> Path:
    """A folder for one set of servers, that the account of PostgreSQL can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="convene-tests-"))
    folder.chmod(0o711)
    return folder


def obtain(folder: Path, *, owner: int, workers: int) -> Engines:
    """The engines kept in `folder`, started for process `owner` if nobody has yet."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "engines.json").exists():
            _start_keeper(folder, owner, workers)
    record = json.loads((folder / "engines.json").read_text())
    return KINDS[record.pop("kind")].from_record(record)


def remove(folder: Path) -> None:
    """End the keeper of `folder`, if it has one, and wait until it has removed everything."""
    try:
        keeper = int((folder / "keeper.pid").read_text())
        if str(folder) in Path(f"/proc/{keeper}/cmdline").read_text():
            os.kill(keeper, signal.SIGTERM)
            wait_until(lambda: not folder.exists(), 60, "the test servers to stop")
    except (FileNotFoundError, ProcessLookupError, TooLateError):
        pass
    shutil.rmtree(folder, ignore_errors=True)


def _start_keeper(folder: Path, owner: int, workers: int) -> None:
    output = (folder / "keeper.log").open("w")
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.keeper", folder, str(owner), str(workers)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    (folder / "keeper.pid").write_text(str(keeper.pid))
    ready, failed = folder / "engines.json", folder / "failed"
    wait_until(lambda: ready.exists() or failed.exists() or keeper.poll() is not None, 300, "the test servers")
    if not ready.exists():
        reason = failed if failed.exists() else folder / "keeper.log"
        raise RuntimeError(f"The test servers did not start:\n{reason.read_text()}")
