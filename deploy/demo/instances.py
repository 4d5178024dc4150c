"""A system of the demo's own, apart from the one that `make up` starts: natively or in containers."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from deploy import compose, packages, token
from deploy.clock import set_clock
from deploy.native import binaries
from deploy.native.commands import INSTANCES
from deploy.native.ports import free_ports
from deploy.native.system import NativeSystem
from deploy.options import ROOT, Options, read_options

SERVICES = ("catalog", "registration", "notifications")
WORKERS = tuple(f"{service}-worker" for service in SERVICES)
PROJECT = "convene-demo"

Say = Callable[[str], None]


class Instance(Protocol):
    """A running system, and what the story does to it besides calling it."""

    def start(self, say: Say) -> None: ...
    def origins(self) -> dict[str, str]: ...
    def mail_address(self) -> str: ...
    def token(self) -> str: ...
    def set_clock(self, moment: str) -> None: ...
    def kill_workers(self) -> None: ...
    def restart_broker(self) -> None: ...
    def query(self, sql: str) -> list[dict[str, Any]]: ...
    def remove(self) -> None: ...


def _options() -> Options:
    """One address, this machine's, calls as often as two hundred people do."""
    ports = free_ports(["gateway", "mail", "console"])
    return replace(
        read_options(),
        gateway_port=ports["gateway"],
        mail_port=ports["mail"],
        broker_console_port=ports["console"],
        gateway_reads=10_000,
        gateway_writes=10_000,
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

    def kill_workers(self) -> None:
        """SIGKILL to each worker; the supervisor starts them again."""
        for name in WORKERS:
            self.system.kill(name)

    def restart_broker(self) -> None:
        self.system.restart_process("rabbitmq")

    def query(self, sql: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.system.postgres.url("convene")) as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode()).fetchall()

    def remove(self) -> None:
        self.system.remove()


class ComposeInstance:
    """Containers of a compose project of their own; `scale` is e.g. `["catalog-api=3"]`."""

    def __init__(self, scale: list[str]) -> None:
        self.options = _options()
        self.scale = scale
        names = ("gateway_port", "mail_port", "broker_console_port", "gateway_reads", "gateway_writes")
        os.environ.update({name.upper(): str(getattr(self.options, name)) for name in names})
        os.environ["COMPOSE_PROJECT_NAME"] = PROJECT
        self.system = compose.ComposeSystem(self.options)

    def start(self, say: Say) -> None:
        self._compose("down", "--volumes", "--remove-orphans")
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
        self._compose("exec", "--no-TTY", "catalog-api", "sh", "-c", command)

    def kill_workers(self) -> None:
        """SIGKILL to each worker. Docker takes that for our wish, so it is told to start them again."""
        self._compose("kill", "--signal", "KILL", *WORKERS)
        self._compose("start", *WORKERS)

    def restart_broker(self) -> None:
        self._compose("restart", "rabbitmq")

    def query(self, sql: str) -> list[dict[str, Any]]:
        wrapped = f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) AS found"  # noqa: S608 - the demo's own
        psql = ["psql", "--username", "postgres", "--dbname", "convene", "--no-psqlrc", "--quiet", "-At", "-c", wrapped]
        return json.loads(self._compose("exec", "--no-TTY", "postgres", *psql))

    def remove(self) -> None:
        self._compose("down", "--volumes", "--remove-orphans")

    def _compose(self, *arguments: str) -> str:
        command = [*compose.COMPOSE, "--progress", "quiet", *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
