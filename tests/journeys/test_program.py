"""The programme of 2016 to 2017, from end to end: the scenario of `make demo` with fewer people, on the servers of the
test run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from deploy import token
from deploy.clock import set_clock
from deploy.demo import results
from deploy.demo.__main__ import sizes_for
from deploy.demo.instances import SERVICES, Say, queue_lengths
from deploy.demo.scenario import Scenario
from deploy.demo.workshop import Workshop
from tests.processes import Process, free_port, running
from tests.servers.engines import TESTER, Engines

PEOPLE = 30


class ProcessInstance:
    """An api and a worker of each service as processes of this test, and the mail catcher of native mode."""

    def __init__(self, engines: Engines, environments: dict[str, dict[str, str]], folder: Path) -> None:
        self.engines = engines
        self.clock = folder / "clock"
        self.smtp, self.mail = free_port(), free_port()
        self.database = environments["catalog"]["DATABASE_URL"].rsplit("/", 1)[1]
        extra = {"CLOCK_FILE": str(self.clock), "SMTP_URL": f"smtp://127.0.0.1:{self.smtp}"}
        told = {service: {**environments[service], **extra} for service in SERVICES}
        self.apis = {s: Process(f"services.{s}", "api", environment=told[s]) for s in SERVICES}
        self.workers = {s: Process(f"services.{s}", "worker", environment=told[s]) for s in SERVICES}
        ports = ["--smtp", f"127.0.0.1:{self.smtp}", "--http", f"127.0.0.1:{self.mail}"]
        self.catcher = Process("deploy.native.mailcatcher", str(folder / "mails"), *ports, environment={})

    def start(self, say: Say) -> None:
        self.set_clock("2016-12-15T10:00:00-06:00")
        for process in self.processes():
            process.start()
        for service, api in self.apis.items():
            api.wait_ready(f"/{service}/health/ready")
        say("every api is ready")

    def processes(self) -> list[Process]:
        return [*self.apis.values(), *self.workers.values(), self.catcher]

    def origins(self) -> dict[str, str]:
        return {service: f"http://127.0.0.1:{api.port}" for service, api in self.apis.items()}

    def mail_address(self) -> str:
        return f"http://127.0.0.1:{self.mail}"

    def token(self) -> str:
        return token.sign(self.engines.secrets)

    def set_clock(self, moment: str) -> None:
        set_clock(self.clock, moment)

    def kill_workers(self) -> int:
        for worker in self.workers.values():
            worker.kill()
            worker.start()
        return len(self.workers)

    def restart_broker(self) -> None:
        self.engines.restart("rabbitmq")

    def query(self, sql: str) -> list[dict[str, Any]]:
        url = self.engines.database_url(self.database)
        with psycopg.connect(url) as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode()).fetchall()

    def queue_lengths(self) -> dict[str, int]:
        address = f"{self.engines.host}:{self.engines.amqp_port}"
        return queue_lengths(address, TESTER, self.engines.secret(f"{TESTER}-broker-password"))

    def explain(self) -> str:
        return "\n".join(f"--- {service}\n{worker.read_log()[-2000:]}" for service, worker in self.workers.items())

    def how_to_remove(self) -> str:
        return "nothing"

    def remove(self) -> None:
        """The fixture ends the processes."""


@pytest.fixture
def instance(
    fault_engines: Engines, fault_environments: dict[str, dict[str, str]], tmp_path: Path
) -> Iterator[ProcessInstance]:
    instance = ProcessInstance(fault_engines, fault_environments, tmp_path)
    with running() as processes:
        processes += instance.processes()
        yield instance


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_the_real_programme_runs_through_all_three_services(instance: ProcessInstance) -> None:
    instance.start(print)
    scenario = Scenario(instance, sizes_for(PEOPLE), print)
    for _, act in [*scenario.steps(), *Workshop(scenario).steps()]:
        act()

    assert [line for line in results.count(scenario) if not line.agrees] == []
