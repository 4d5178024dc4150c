"""Private native servers for tests."""

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from deploy.native import accounts, binaries
from deploy.native.servers import NativeServers
from tests.servers.choice import durable
from tests.servers.engines import DUMP, Engine, Engines


@dataclass(frozen=True, kw_only=True)
class NativeEngines(Engines):
    """PostgreSQL and RabbitMQ as processes of this machine."""

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Start both; they end with this process."""
        servers = NativeServers(folder, durable=durable(), definitions="test-definitions.json")
        servers.launch(owner=os.getpid())
        return cls(
            folder=folder, host="127.0.0.1", postgres_port=servers.ports["postgres"], amqp_port=servers.ports["amqp"]
        )

    def stop(self, engine: Engine) -> None:
        self._servers.supervisor.stop(f"engines:{engine}")

    def start(self, engine: Engine) -> None:
        self._servers.supervisor.start(f"engines:{engine}")

    def kill(self, engine: Engine) -> None:
        self._servers.supervisor.kill(f"engines:{engine}")

    def control_broker(self, *words: str) -> None:
        environment = {**os.environ, **self._servers.rabbitmq.environment()}
        del environment["RUNNING_UNDER_SYSTEMD"]
        command = [str(binaries.rabbitmq("rabbitmqctl")), *words]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(result.stderr)

    def broker_files_with(self, text: str) -> list[str]:
        files = [file for file in (self.folder / "rabbitmq" / "mnesia").rglob("*") if file.is_file()]
        return [str(file) for file in files if text.encode() in file.read_bytes()]

    def create_services(self, database: str) -> None:
        self._servers.postgres.create_services(database)

    def dump_schema(self, database: str, schema: str) -> str:
        command = [str(binaries.postgres("pg_dump")), *DUMP, f"--schema={schema}", self.database_url(database)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def remove(self) -> None:
        self._servers.supervisor.shutdown(killing=("engines:rabbitmq",))
        accounts.remove_database_folder(self.folder / "postgres")

    @cached_property
    def _servers(self) -> NativeServers:
        return NativeServers(self.folder, durable=durable(), definitions="test-definitions.json")
