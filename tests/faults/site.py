"""The system under test: native processes of its own, with a proxy that can misbehave on every line between two parts.

Beside an api and a worker of each service there are two more workers of each, which start when they are asked to. Mails
go to a sink in this process. A broker user of the nemesis may do what no service may.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from deploy import token
from deploy.demo.instances import queue_lengths
from deploy.native.gateway import Gateway
from deploy.native.program import Program
from deploy.native.services import HOST, SERVICES, Services
from deploy.native.system import NativeSystem
from deploy.options import Options
from deploy.ports import free_ports
from deploy.secrets import VHOST, hash_password
from tests.faults import clocks
from tests.faults.disk import Disk
from tests.faults.mailsink import MailSink
from tests.faults.proxy import Proxies, Proxy

MORE = (2, 3)  # numbers of the workers that run only while a service is scaled up
WRONG_SECONDS = -400.0  # by which the clock of a machine is off on which a worker may run
NEMESIS = "nemesis"
SEEDED = Path(__file__).with_name("seeded")
UNHURRIED = Options(
    convene_clock="",
    gateway_reads=100_000,
    gateway_writes=100_000,
    mails_per_network=0,
    mails_per_mailbox=0,
    settle_seconds=1,
    web_workers=2,
    web_threads=4,
)


class FaultServices(Services):
    """Services that reach everything by `lines`, the port of the proxy for each service and what it calls."""

    lines: dict[tuple[str, str], int]
    bug: str | None = None

    def environment(self, service: str) -> dict[str, str]:
        own = super().environment(service)
        direct = {"postgres": self.ports["postgres"], "amqp": self.ports["amqp"], "smtp": self.ports["smtp"]}
        for variable, part in (("DATABASE_URL", "postgres"), ("BROKER_URL", "amqp"), ("SMTP_URL", "smtp")):
            if variable in own:
                own[variable] = own[variable].replace(f":{direct[part]}", f":{self.lines[service, part]}")
        own["CLOCK_FILE"] = str(self.folder / f"clock-{service}")
        if self.bug:
            own |= {"PYTHONPATH": str(SEEDED), "SEEDED_BUG": self.bug}
        return own

    def programs(self) -> list[Program]:
        programs = super().programs()
        for service in SERVICES:
            [worker] = [program for program in programs if program.name == f"{service}-worker"]
            for number in MORE:
                bind = {"WORKER_BIND": f"{HOST}:{self.ports[f'{service}-worker-{number}']}"}
                name = f"{service}-worker-{number}"
                programs.append(replace(worker, name=name, group="more", environment=worker.environment | bind))
            if clocks.available():
                wrong = worker.environment | clocks.environment(WRONG_SECONDS)
                programs.append(replace(worker, name=f"{service}-worker-wrong", group="wrong", environment=wrong))
        return programs


class FaultSite(NativeSystem):
    """The system in `folder`; `bug` names a fault of ours that is put into every process (see `seeded`)."""

    patience = 240.0  # beside other work of the machine
    port_names = (*NativeSystem.port_names, *(f"{service}-worker-{n}" for service in SERVICES for n in MORE))

    def __init__(self, folder: Path, sink: MailSink, proxies: Proxies, *, bug: str | None = None) -> None:
        ports = free_ports(["gateway", "mail"])
        options = replace(UNHURRIED, gateway_port=ports["gateway"], mail_port=ports["mail"])
        super().__init__(folder, options, console=False)
        self.sink = sink
        self.proxies = proxies
        self.bug = bug
        self.lines: dict[tuple[str, str], Proxy] = {}
        self.disk: Disk | None = None
        self.definitions = "definitions-with-nemesis.json"

    @property
    def services(self) -> Services:
        services = FaultServices(self.folder, ports=self.ports, options=self.options, public_url=self.addresses().site)
        services.lines = {line: proxy.port for line, proxy in self.lines.items()}
        services.bug = self.bug
        return services

    @property
    def gateway(self) -> Gateway:
        apis = {service: self.lines["gateway", service].port for service in SERVICES}
        return Gateway(
            self.folder / "nginx",
            options=self.options,
            port=self.ports["gateway"],
            apis=apis,
            identity=self.ports["identity"],
        )

    def prepare(self) -> None:
        """Lay the lines first, since everything is told their ports."""
        for service in SERVICES:
            self._lay(service, "postgres", self.ports["postgres"])
            self._lay(service, "amqp", self.ports["amqp"])
            self._lay("gateway", service, self.ports[f"{service}-api"])
            self.set_clock_of(service, 0)
        self._lay("notifications", "smtp", self.sink.port)
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().prepare()
        self._add_nemesis()

    def set_clock_of(self, service: str, seconds: float) -> None:
        """Let the programme's clock of one service go wrong by `seconds`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"clock-{service}").write_text(repr(float(seconds)))

    def origin(self) -> str:
        return self.addresses().site

    def token(self) -> str:
        return token.sign(self.secrets)

    def links_key(self) -> str:
        return (self.secrets / "links-key").read_text().strip()

    def nemesis_url(self) -> str:
        """For amqp: `user:password@host:port/vhost`."""
        return f"{NEMESIS}:{NEMESIS}@{HOST}:{self.ports['amqp']}/{VHOST}"

    def query(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """Ask the database directly, past every line."""
        with (
            psycopg.connect(self.postgres.url("convene"), connect_timeout=5) as conn,
            conn.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(sql.encode(), params).fetchall()

    def queue_lengths(self) -> dict[str, int]:
        password = (self.secrets / "operator-broker-password").read_text().strip()
        return queue_lengths(f"{HOST}:{self.ports['amqp']}", "operator", password)

    def pids(self, name: str) -> list[int]:
        """The process called `name`, and what it started, outermost first."""
        found = [self.process(name).pid]
        for pid in found:
            found += _children(pid)
        return [pid for pid in found if pid]

    def heal(self) -> None:
        """Let every line be a line again."""
        for proxy in self.lines.values():
            proxy.heal()

    def between(self, parts: Iterable[tuple[str, str]]) -> list[Proxy]:
        return [self.lines[part] for part in parts]

    def _lay(self, caller: str, called: str, port: int) -> None:
        if (caller, called) not in self.lines:
            self.lines[caller, called] = self.proxies.add(f"{caller} to {called}", port)

    def _add_nemesis(self) -> None:
        definitions = json.loads((self.secrets / "definitions.json").read_text())
        definitions["users"].append(
            {
                "name": NEMESIS,
                "password_hash": hash_password(NEMESIS),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
            }
        )
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        definitions["permissions"].append({"user": NEMESIS, "vhost": VHOST, **everything})
        (self.secrets / self.definitions).write_text(json.dumps(definitions))


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
