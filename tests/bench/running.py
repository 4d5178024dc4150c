"""Processes that end with the bench."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.processes import Process


@contextmanager
def running() -> Iterator[list[Process]]:
    """A list of processes that are all stopped when the block ends. A killed process would leave children."""
    started: list[Process] = []
    try:
        yield started
    finally:
        for process in reversed(started):
            _end(process)


def _end(process: Process) -> None:
    try:
        if process.is_running():
            process.stop()
    except subprocess.TimeoutExpired:
        process.kill()
    process.log.close()


def start(process: Process, ready: str, processes: list[Process]) -> Process:
    """Start it, and wait until `ready` is answered."""
    processes.append(process)
    return process.start().wait_ready(ready)
