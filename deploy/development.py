"""`python -m deploy.development`: run the whole system natively, and restart each service when its code is changed.

PostgreSQL, RabbitMQ, the gateway and the mail catcher run as with `make up`. The processes of the services are forked
from a warm one, so that a change of a Python file or a template is served about a second later.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy import packages, project
from deploy.errors import DeployError
from deploy.native import binaries, readiness
from deploy.native.commands import FOLDER
from deploy.native.system import NativeSystem
from deploy.native.warm import WarmProcess
from deploy.options import ROOT, read_options
from deploy.secrets import SERVICES
from deploy.waiting import wait_until

CHECK_SECONDS = 0.3
STOP_SECONDS = 10.0
WATCHED = {".py", ".html", ".j2", ".css", ".js", ".sql", ".po", ".mo", ".yaml"}
RUNNING = FOLDER / "development.pid"
REQUESTS = FOLDER / "restarts"  # a file by each service, which `make restart` touches


class Development:
    """The running system, and the processes of its services."""

    def __init__(self, system: NativeSystem) -> None:
        self.system = system
        self.processes: dict[str, WarmProcess] = {}
        self.files = {service: dict(watched_files(service)) for service in SERVICES}

    def restart(self, service: str) -> None:
        """Stop the api and the worker of a service, start them, and return when both are ready."""
        names = [f"{service}-api", f"{service}-worker"]
        self._stop(names)
        for name in names:
            self.processes[name] = self._start(service, name)
        wait_until(lambda: all(self._is_ready(name) for name in names), self.system.patience, service)

    def _is_ready(self, name: str) -> bool:
        """True if the process answers. Raises NotReadyError with the end of its log if it has ended."""
        if self.processes[name].poll() is not None:
            log = self.system.supervisor.logs / f"{name}.log"
            raise readiness.NotReadyError(f"{name} ended:\n{readiness.log_end(log)}")
        return readiness.answers(self.system.ready_addresses()[name])

    def changed(self) -> list[str]:
        """Return the services whose files were changed since the last call."""
        found = {service: dict(watched_files(service)) for service in SERVICES}
        changed = [service for service in SERVICES if found[service] != self.files[service]]
        self.files = found
        return changed

    def stop(self) -> None:
        """Stop all processes of services."""
        self._stop(list(self.processes))

    def _start(self, service: str, name: str) -> WarmProcess:
        environment = os.environ | self.system.services.environment(service) | {"WEB_WORKERS": "1"}
        log = str(self.system.supervisor.logs / f"{name}.log")
        return WarmProcess([f"services.{service}", name.rpartition("-")[2]], cwd=ROOT, env=environment, output=log)

    def _stop(self, names: list[str]) -> None:
        running = [self.processes.pop(name) for name in names if name in self.processes]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def watched_files(service: str) -> Iterator[tuple[Path, int]]:
    """Yield the files of a service and of the shared library with the time of their last change."""
    request = REQUESTS / service
    if request.exists():
        yield request, request.stat().st_mtime_ns
    for folder in (ROOT / "services" / service, ROOT / "shared"):
        for file in folder.rglob("*"):
            if file.suffix in WATCHED and file.is_file():
                yield file, file.stat().st_mtime_ns


def is_running() -> bool:
    """True if `make dev` runs in this folder."""
    try:
        return "deploy.development" in Path(f"/proc/{int(RUNNING.read_text())}/cmdline").read_text()
    except (OSError, ValueError):
        return False


def request_restart(service: str) -> None:
    """Let the running `make dev` restart a service, which it says when it is done."""
    REQUESTS.mkdir(parents=True, exist_ok=True)
    (REQUESTS / service).touch()


def run() -> None:
    """Start everything, and restart what is changed until Ctrl-C. Raises DeployError."""
    options = read_options()
    packages.install(binaries.missing_packages(), services=binaries.SERVICES)
    if not NativeSystem(FOLDER, options).running():
        options = project.settle_ports(options)
    system = NativeSystem(FOLDER, options)
    system.start(_say)
    system.supervisor.stop("services:*")
    development = Development(system)
    RUNNING.write_text(str(os.getpid()))
    try:
        for service in SERVICES:
            development.restart(service)
        _say(f"the site is at {system.addresses().site}, mails are at {system.addresses().mail}; Ctrl-C stops all")
        while True:
            time.sleep(CHECK_SECONDS)
            for service in development.changed():
                _restart_and_say(development, service)
    finally:
        RUNNING.unlink(missing_ok=True)
        development.stop()
        system.stop()


def _restart_and_say(development: Development, service: str) -> None:
    began = time.monotonic()
    try:
        development.restart(service)
        _say(f"{service} is restarted, in {time.monotonic() - began:.1f} s")
    except DeployError as error:  # such as a syntax error, which the next change may correct
        _say(f"{service} does not start: {error}")


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run()
    except DeployError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The data is kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
