"""A system of the demo's own, apart from the one that `make up` starts: natively or in containers."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import amqp
import psycopg
from psycopg.rows import dict_row

from deploy import compose, docker_resources, packages, project, token
from deploy.clock import set_clock
from deploy.errors import DeployError
from deploy.native import binaries
from deploy.native.commands import INSTANCES
from deploy.native.readiness import log_end
from deploy.native.system import NativeSystem
from deploy.options import ROOT, Options, read_options
from deploy.ports import free_ports
from deploy.waiting import wait_until

SERVICES = ("catalog", "registration", "notifications")
WORKERS = tuple(f"{service}-worker" for service in SERVICES)
QUEUES = (*SERVICES, "unroutable", "dead")

Say = Callable[[str], None]


class Instance(Protocol):
    """A running system, and what the scenario does to it besides calling it."""

    def start(self, say: Say) -> None: ...
    def origins(self) -> dict[str, str]: ...
    def mail_address(self) -> str: ...
    def token(self) -> str: ...
    def set_clock(self, moment: str) -> None: ...
    def kill_workers(self) -> int:
        """SIGKILL to each worker, and return when others run in their place; how many that were."""
        ...

    def restart_broker(self) -> None: ...
    def query(self, sql: str) -> list[dict[str, Any]]: ...
    def queue_lengths(self) -> dict[str, int]: ...
    def explain(self) -> str:
        """Return the state of its processes, and the workers' last log lines."""
        ...

    def how_to_remove(self) -> str: ...
    def remove(self) -> None: ...


def queue_lengths(address: str, user: str, password: str) -> dict[str, int]:
    """Return how many messages wait in each of the broker's queues."""
    with (
        amqp.Connection(address, user, password, virtual_host="convene", connect_timeout=5) as connection,
        connection.channel() as channel,
    ):
        declared = {queue: channel.queue_declare(queue, passive=True) for queue in QUEUES}
        return {queue: answer.message_count if answer else 0 for queue, answer in declared.items()}


def _options() -> Options:
    """One address, this machine's, calls as often as two hundred people do; each mail that is due comes, at once."""
    ports = free_ports(["gateway", "mail", "console"])
    return replace(
        read_options(),
        gateway_port=ports["gateway"],
        mail_port=ports["mail"],
        broker_console_port=ports["console"],
        gateway_reads=10_000,
        gateway_writes=10_000,
        mails_per_network=0,
        settle_seconds=0,
    )


class NativeInstance:
    """Processes of this machine, with their data in a folder of their own."""

    def __init__(self) -> None:
        self.system = NativeSystem(INSTANCES / "demo", _options(), console=False)

    def start(self, say: Say) -> None:
        packages.install(binaries.missing_packages(), services=binaries.SERVICES)
        self.system.remove()
        self.system.start(say, sample=False)

    def origins(self) -> dict[str, str]:
        return dict.fromkeys(SERVICES, self.system.addresses().site)

    def mail_address(self) -> str:
        return self.system.addresses().mail

    def token(self) -> str:
        return token.sign(self.system.secrets)

    def set_clock(self, moment: str) -> None:
        set_clock(self.system.clock_file, moment)

    def kill_workers(self) -> int:
        """The supervisor starts them again."""
        killed = {name: self.system.process(name).pid for name in WORKERS}
        for name in WORKERS:
            self.system.kill(name)
        for name, pid in killed.items():
            wait_until(lambda n=name, p=pid: self.system.process(n).pid not in (0, p), 30, f"{name} to run again")
        return len(killed)

    def restart_broker(self) -> None:
        self.system.restart_process("rabbitmq")

    def query(self, sql: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.system.postgres.url("convene")) as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode()).fetchall()

    def queue_lengths(self) -> dict[str, int]:
        password = (self.system.secrets / "operator-broker-password").read_text().strip()
        return queue_lengths(f"localhost:{self.system.ports['amqp']}", "operator", password)

    def explain(self) -> str:
        states = [f"{process.name}: {process.state}, {process.description}" for process in self.system.processes()]
        ends = [f"--- {name}\n{log_end(self.system.supervisor.logs / f'{name}.log')}" for name in WORKERS]
        return "\n".join([*states, *ends])

    def how_to_remove(self) -> str:
        return "make clean"

    def remove(self) -> None:
        self.system.remove()


class ComposeInstance:
    """Containers of a compose project of their own, called `name`; `scale` is e.g. `["catalog-api=3"]`."""

    def __init__(self, scale: list[str], *, name: str = "") -> None:
        self.options = _options()
        self.scale = scale
        self.project = name or project.demo_name()
        ports, rates = ("gateway_port", "mail_port", "broker_console_port"), ("gateway_reads", "gateway_writes")
        names = (*ports, *rates, "mails_per_network", "settle_seconds")
        os.environ.update({name.upper(): str(getattr(self.options, name)) for name in names})
        os.environ[project.NAME] = self.project
        self.system = compose.ComposeSystem(self.options)

    def start(self, say: Say) -> None:
        docker_resources.remove(self.project)
        self.system.start(say, scale=self.scale)

    def origins(self) -> dict[str, str]:
        return dict.fromkeys(SERVICES, f"http://localhost:{self.options.gateway_port}")

    def mail_address(self) -> str:
        return f"http://localhost:{self.options.mail_port}"

    def token(self) -> str:
        return self.system.token("")

    def set_clock(self, moment: str) -> None:
        offset = (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()
        command = f"echo {offset} >/clock/next && mv /clock/next /clock/offset"
        self._compose("exec", "--no-TTY", "identity", "sh", "-c", command)

    def kill_workers(self) -> int:
        """Kill the workers, and start them again: Docker takes the signal as a request to stop."""
        self._compose("kill", "--signal", "KILL", *WORKERS)
        self._compose("start", *WORKERS)
        return len(self._compose("ps", "--quiet", "--status", "running", *WORKERS).split())

    def restart_broker(self) -> None:
        self._compose("restart", "rabbitmq")

    def query(self, sql: str) -> list[dict[str, Any]]:
        wrapped = f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) AS found"  # noqa: S608 - the demo's own
        psql = ["psql", "--username", "postgres", "--dbname", "convene", "--no-psqlrc", "--quiet", "-At", "-c", wrapped]
        return json.loads(self._compose("exec", "--no-TTY", "postgres", *psql))

    def queue_lengths(self) -> dict[str, int]:
        listed = ["rabbitmqctl", "--quiet", "--formatter", "json", "list_queues", "--vhost", "convene"]
        found = json.loads(self._compose("exec", "--no-TTY", "rabbitmq", *listed, "name", "messages"))
        return {queue["name"]: queue["messages"] for queue in found}

    def explain(self) -> str:
        return self._compose("ps", "--all") + self._compose("logs", "--no-color", "--tail", "6", *WORKERS)

    def how_to_remove(self) -> str:
        return f"docker compose --project-name {self.project} down --volumes"

    def remove(self) -> None:
        docker_resources.remove(self.project)

    def _compose(self, *arguments: str) -> str:
        command = compose.docker_compose(*compose.QUIET, *arguments)
        result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        if result.returncode:
            raise DeployError(f"`{' '.join(command)}` failed:\n{result.stderr[-2000:]}")
        return result.stdout
