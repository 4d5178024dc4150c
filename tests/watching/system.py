"""The system as real processes, an api and a worker of each service, with the sample programme and a mail catcher."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.clock import set_clock
from tests.commands import run_command
from tests.processes import Process, free_port, running
from tests.waiting import eventually

SERVICES = ("catalog", "registration", "notifications")
SAMPLE = "deploy/sample/ltc-models-for-change.yaml"
SESSION = "world-cafe"
LIBRARY = {"name": "Hilltop County Library", "type": "public", "community_size": "large", "state": "IL"}


class System:
    """`told` goes into every process's environment beside what it needs."""

    def __init__(self, environments: dict[str, dict[str, str]], folder: Path, **told: str) -> None:
        self.clock, smtp, self.mail = folder / "clock", free_port(), free_port()
        told = {"WEB_WORKERS": "1", "PROCESSORS": "1", **told}  # fewer to start
        told |= {"CLOCK_FILE": str(self.clock), "SMTP_URL": f"smtp://127.0.0.1:{smtp}"}
        self.told = {service: {**environments[service], **told} for service in SERVICES}
        self.apis = {s: Process(f"services.{s}", "api", environment=self.told[s]) for s in SERVICES}
        self.workers = {s: Process(f"services.{s}", "worker", environment=self.told[s]) for s in SERVICES}
        ports = ["--smtp", f"127.0.0.1:{smtp}", "--http", f"127.0.0.1:{self.mail}"]
        self.catcher = Process("deploy.native.mailcatcher", str(folder / "mails"), *ports, environment={})

    def processes(self) -> list[Process]:
        return [self.catcher, *self.apis.values(), *self.workers.values()]

    def start(self) -> None:
        """Return when registration is open for the sample's sessions."""
        set_clock(self.clock, "2016-12-15T12:00:00-06:00")
        for process in self.processes():
            process.start()
        for service in SERVICES:
            self.apis[service].wait_ready(f"/{service}/health/ready", seconds=250)
            self.workers[service].wait_ready(seconds=250)
        run_command("catalog", "import", SAMPLE, environment=self.told["catalog"]).check_returncode()
        eventually(self._knows_the_session, seconds=30)

    def get(self, service: str, path: str) -> httpx.Response:
        """Return an api's response."""
        return httpx.get(f"http://127.0.0.1:{self.apis[service].port}/{service}{path}", timeout=10)

    def register(self, email: str, **headers: str) -> httpx.Response:
        """The answer to registering somebody for a session."""
        body = {"session": SESSION, "email": email, "name": "Ann Ünal", "library": LIBRARY}
        address = f"http://127.0.0.1:{self.apis['registration'].port}/registration/v1/registrations"
        return httpx.post(address, json=body, headers=headers, timeout=10).raise_for_status()

    def scrape(self, service: str, process: str) -> str:
        """Return a process's metrics as text."""
        if process == "api":
            return self.get(service, "/metrics").text
        return httpx.get(f"http://127.0.0.1:{self.workers[service].port}/metrics", timeout=10).text

    def mails(self) -> list[Any]:
        return httpx.get(f"http://127.0.0.1:{self.mail}/api/email", timeout=10).json()

    def lines(self, process: Process) -> list[dict[str, Any]]:
        """Return a process's log lines."""
        return [json.loads(line) for line in process.read_log().splitlines() if line.startswith("{")]

    def _knows_the_session(self) -> bool:
        return self.get("registration", f"/v1/sessions/{SESSION}/availability").is_success


@contextmanager
def living(system: System) -> Iterator[System]:
    """The system runs until the block ends."""
    with running() as processes:
        processes += system.processes()
        system.start()
        yield system
