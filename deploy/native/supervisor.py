"""A supervisord of our own: runs programs, restarts what dies, and stops them group by group."""

import os
import shutil
import signal
import subprocess
import sys
import xmlrpc.client
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from deploy.errors import DeployError
from deploy.native import configuration
from deploy.native.program import Program
from deploy.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
INHERITED = ("HOME", "LANG", "PATH", "TZ", "LOG_LEVEL", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONDONTWRITEBYTECODE")
OWNER = "owner:owner"
HARMLESS = ("ALREADY_STARTED", "NOT_RUNNING")


class SupervisorError(DeployError):
    """The supervisor did not start, or did not do what it was asked."""


@dataclass(frozen=True)
class Process:
    """The state of one program: `name` is `group:name`, `pid` is 0 when it does not run."""

    name: str
    state: str
    pid: int
    description: str


class Supervisor:
    """Controls the supervisord whose configuration, socket and logs are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self.socket = configuration.socket_path(self.folder)

    def running(self) -> bool:
        """True if it answers."""
        try:
            return self._ask("getState")["statename"] == "RUNNING"
        except (OSError, xmlrpc.client.Error):
            return False

    def launch(self, programs: list[Program], *, owner: int) -> None:
        """Start it, with the programs that start at once. All ends when process `owner` ends, until `release()`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        earlier = self._pid()
        wait_until(lambda: self._ended(earlier), 90, "an earlier run to end")
        file = configuration.write(self.folder, ROOT, [*programs, _owner_watch(owner)])
        output = self.logs / "supervisord.out"
        with output.open("w") as stream:
            child = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "--configuration", file],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that Ctrl-C reaches us alone, who then stop things in order
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
            )
        wait_until(lambda: self.running() or child.poll() is not None, 15, "the supervisor to start")
        if child.poll() is not None:
            raise SupervisorError(f"The supervisor did not start: {output.read_text()[-2000:]}")

    def release(self) -> None:
        """From now on the programs outlive the process that launched them."""
        self.stop(OWNER)

    def start(self, name: str) -> None:
        """Start a program, or `group:*`, and return before it is ready."""
        self._command("startProcess", name, False)

    def stop(self, name: str) -> None:
        """Stop a program, or `group:*`, in its own orderly way, and wait until it has ended."""
        self._command("stopProcess", name, False)
        wait_until(lambda: not any(self.process(n).pid for n in self._members(name)), 60, f"{name} to stop")

    def kill(self, name: str) -> None:
        """End a program and what it started with SIGKILL, as a crash would; the supervisor starts it again."""
        pid = self.process(name).pid
        if not pid:
            raise SupervisorError(f"{name} does not run.")
        os.killpg(pid, signal.SIGKILL)

    def process(self, name: str) -> Process:
        """One program, by its full name."""
        return _process(self._ask("getProcessInfo", name))

    def processes(self) -> list[Process]:
        """Every program."""
        return [process for process in map(_process, self._ask("getAllProcessInfo")) if process.name != OWNER]

    def shutdown(self, *, killing: tuple[str, ...] = ()) -> None:
        """Stop everything, the groups one after the other, and wait until the supervisor itself has ended.

        Those named in `killing` are not asked but ended with SIGKILL.
        """
        pid = self._pid()
        with suppress(OSError, xmlrpc.client.Error):  # where it is about to end already
            doomed = [process.pid for process in self.processes() if process.name in killing and process.pid]
            self._ask("shutdown")
            for group in doomed:
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
        wait_until(lambda: self._ended(pid), 90, "the processes to stop")
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    def _members(self, name: str) -> list[str]:
        group, _, member = name.partition(":")
        return [p.name for p in self.processes() if p.name.startswith(f"{group}:")] if member == "*" else [name]

    def _pid(self) -> str:
        file = self.folder / "supervisord.pid"
        return file.read_text().strip() if file.exists() else ""

    def _ended(self, pid: str) -> bool:
        self.running()  # it looks after its children whenever it is asked something, else once in a second
        try:
            return not pid or str(self.folder) not in Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            return True

    def _command(self, method: str, name: str, *arguments: Any) -> None:
        """Being in the wanted state already is no error."""
        try:
            self._ask(method, name, *arguments)
        except xmlrpc.client.Fault as fault:
            if not fault.faultString.startswith(HARMLESS):
                raise SupervisorError(f"{name}: {fault.faultString}") from fault

    def _ask(self, method: str, *arguments: Any) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


def _process(info: dict[str, Any]) -> Process:
    return Process(f"{info['group']}:{info['name']}", info["statename"], info["pid"], info["description"])


def _owner_watch(owner: int) -> Program:
    group, name = OWNER.split(":")
    return Program(name=name, group=group, command=[sys.executable, "-m", "deploy.native.owner", str(owner)])
