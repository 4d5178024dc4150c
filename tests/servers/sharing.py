"""Test servers shared by processes: kept between the test runs of a checkout, or owned by one process.

The kept servers of a checkout are in one folder, whose name is derived from the checkout's path and from the files that
decide how servers are set up. Anyone who uses them holds a shared lock on `users` there; a lock file beside the folder
guards starting and removing. Locks end with the process that holds them, so a run that was killed needs no clean-up.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import IO

from deploy.waiting import TooLateError, wait_until
from tests.servers import databases
from tests.servers.databases import ROOT
from tests.servers.engines import Engines

SLOTS = 8  # databases and virtual hosts for as many workers of all runs in a checkout at once
MODULES = {"ContainerEngines": "tests.servers.containers", "NativeEngines": "tests.servers.native"}
SET_UP_BY = ("deploy/postgres/*", "deploy/rabbitmq/*", "deploy/secrets.py", "deploy/native/*.py", "tests/servers/*.py")
_users: list[IO[str]] = []


def new_folder() -> Path:
    """Make a folder for servers of one process, which the account of PostgreSQL can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="convene-tests-"))
    folder.chmod(0o711)
    return folder


@cache
def kept_folder() -> Path:
    """Return the folder of this checkout's kept servers; another one once their set-up is changed."""
    digest = sha256(os.environ.get("TEST_SERVERS", "").encode())
    for file in sorted(file for pattern in SET_UP_BY for file in ROOT.glob(pattern) if file.is_file()):
        digest.update(file.read_bytes())
    return Path(tempfile.gettempdir()) / f"{_checkout()}-{digest.hexdigest()[:8]}"


def obtain_kept() -> Engines:
    """Return this checkout's kept servers, which this process uses until it ends; start them if they do not run."""
    folder = kept_folder()
    with locked(folder):
        if not _runs(folder):
            _stop_unused()
            remove(folder)
            folder.mkdir()
            folder.chmod(0o711)
            _start_keeper(folder, owner=0, workers=SLOTS)
        users = (folder / "users").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
        _users.append(users)
        engines = _read(folder)
        databases.make_template(engines)
    return engines


def obtain(folder: Path, *, owner: int, workers: int) -> Engines:
    """Start servers in `folder` that end with process `owner`."""
    _start_keeper(folder, owner, workers)
    return _read(folder)


def in_use(folder: Path) -> bool:
    """True if a process uses the kept servers in `folder`."""
    with (folder / "users").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let nobody else start or remove the servers in `folder`."""
    with folder.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove(folder: Path) -> None:
    """End the keeper of `folder`, if it has one, and wait until it has removed everything."""
    try:
        if _runs(folder):
            os.kill(_keeper(folder), signal.SIGTERM)
            wait_until(lambda: not folder.exists(), 60, "the test servers to stop")
    except (ProcessLookupError, TooLateError):
        pass
    shutil.rmtree(folder, ignore_errors=True)


def remove_kept() -> None:
    """End all kept servers of this checkout."""
    for folder in _kept_folders():
        with locked(folder):
            remove(folder)


def _stop_unused() -> None:
    """Remove what other states of the code have left, and nobody uses."""
    for folder in _kept_folders():
        if folder != kept_folder() and not in_use(folder):
            remove(folder)


def _kept_folders() -> list[Path]:
    return [found for found in Path(tempfile.gettempdir()).glob(f"{_checkout()}-*") if found.is_dir()]


def _checkout() -> str:
    return f"convene-tests-{sha256(f'{os.getuid()} {ROOT}'.encode()).hexdigest()[:8]}"


def _runs(folder: Path) -> bool:
    """True if the keeper of `folder` is alive, be it one that failed to start the servers."""
    try:
        command = Path(f"/proc/{_keeper(folder)}/cmdline").read_text()
    except (OSError, ValueError):
        return False
    return str(folder) in command and not (folder / "failed").exists()


def _keeper(folder: Path) -> int:
    return int((folder / "keeper.pid").read_text())


def _read(folder: Path) -> Engines:
    record = json.loads((folder / "engines.json").read_text())
    kind = record.pop("kind")
    found: type[Engines] = getattr(import_module(MODULES[kind]), kind)
    return found.from_record(record)


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
        reason = (failed if failed.exists() else folder / "keeper.log").read_text()
        keeper.terminate()
        raise RuntimeError(f"The test servers did not start:\n{reason}")
