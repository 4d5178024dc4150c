"""Real processes of the system for tests: started with an environment, watched, killed, started again, always ended."""

import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deploy.native.gateway import Gateway
from deploy.native.warm import WarmProcess
from deploy.ports import free_ports
from tests.servers.databases import ROOT
from tests.waiting import eventually


def free_port() -> int:
    """A port that nobody listens on, and that no outgoing connection is given before it is used."""
    return free_ports(["it"])["it"]


class Process:
    """One process of ours; `args` follow `python -m`. A worker's health answers at `port`.

    Tests start theirs `warm` (see deploy/native/warm.py), benches as an installation does.
    """

    warm = False

    def __init__(self, *args: str, environment: Mapping[str, str]) -> None:
        self.args = args
        self.environment = dict(environment)
        self.port = free_port()
        self.log: IO[str] = tempfile.NamedTemporaryFile("w+", prefix="convene-process-", suffix=".log")  # noqa: SIM115
        self.process: subprocess.Popen[bytes] | WarmProcess | None = None

    def start(self, **environment: str) -> "Process":
        """Start it, with further variables for this start alone."""
        bind = f"127.0.0.1:{self.port}"
        env = {**os.environ, "API_BIND": bind, "WORKER_BIND": bind, **self.environment, **environment}
        if self.warm and type(self).command is Process.command:  # others start what is no module of Python
            self.process = WarmProcess(self.args, cwd=ROOT, env=env, output=self.log.name)
        else:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=env, stdout=self.log, stderr=subprocess.STDOUT
            )
        return self

    def command(self) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", *self.args]

    def wait_ready(self, path: str = "/health/ready", seconds: float = 30) -> "Process":
        """Return when its ready endpoint says 200."""
        eventually(lambda: self._answers(path) or self._show_if_dead(), seconds=seconds)
        return self

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_dead(self, seconds: float = 30) -> int:
        """Wait for its end; the exit code, negative the signal that ended it."""
        assert self.process
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, as the out-of-memory killer would."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def read_log(self) -> str:
        return Path(self.log.name).read_text()

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _show_if_dead(self) -> bool:
        if not self.is_running():
            raise RuntimeError(f"{' '.join(self.args)} ended:\n{self.read_log()[-4000:]}")
        return False


class NativeGateway(Process):
    """The gateway, which is nginx and no Python module."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__("gateway", environment={})
        gateway.prepare()
        self.gateway, self.port = gateway, gateway.port

    def command(self) -> list[str]:
        return self.gateway.program().command


@contextmanager
def running() -> Iterator[list[Process]]:
    """A list of processes that are all ended when the block ends."""
    started: list[Process] = []
    try:
        yield started
    finally:
        for process in started:
            if process.is_running():
                process.kill()
            process.log.close()
