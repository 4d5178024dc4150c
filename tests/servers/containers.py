"""PostgreSQL and RabbitMQ in containers, by testcontainers; its reaper removes them even when a test run is killed.

Where containers run on this very machine, both are reached without Docker's proxy of ports, which copies every byte in
a process of its own: RabbitMQ at the bridge's address, to which the kernel forwards, PostgreSQL, which is asked for far
more and smaller things, on this machine's own network.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# where tests themselves run in a container, testcontainers would hand out addresses that only other containers reach
os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
if os.environ.get("DOCKER_HOST", "unix://").startswith("unix://"):
    os.environ.setdefault("TC_HOST", "127.0.0.1")

from typing import Self

import docker
from docker.errors import NotFound
from testcontainers.core.container import DockerContainer

from deploy.native.postgres import CREATE_SERVICES
from deploy.native.rabbitmq import SETTINGS
from deploy.ports import free_ports
from tests.servers import reaper
from tests.servers.choice import durable
from tests.servers.engines import DUMP, Engine, Engines

POSTGRES = "postgres:17"
RABBITMQ = "rabbitmq:4-management"
ALWAYS = ("max_connections=200", "jit=off")
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SECRETS = "/run/secrets"
BROKER = "/var/lib/rabbitmq"


@dataclass(frozen=True, kw_only=True)
class ContainerEngines(Engines):
    """PostgreSQL and RabbitMQ as containers with the ids `postgres` and `rabbitmq`."""

    postgres: str
    rabbitmq: str

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Start both, on ports that stay the same when they are stopped and started."""
        ports = free_ports(["postgres", "amqp"])
        reaper.hold()
        bridge = _bridge()
        postgres = _postgres(folder / "secrets", ports["postgres"], bridge).start()
        rabbitmq = _rabbitmq(folder / "secrets", ports["amqp"]).start()
        return cls(
            folder=folder,
            host=bridge or rabbitmq.get_container_host_ip(),
            postgres_port=ports["postgres"],
            amqp_port=ports["amqp"],
            postgres=postgres.get_container_id(),
            rabbitmq=rabbitmq.get_container_id(),
        )

    def stop(self, engine: Engine) -> None:
        self._container(engine).stop(timeout=30)

    def start(self, engine: Engine) -> None:
        self._container(engine).start()

    def kill(self, engine: Engine) -> None:
        self._container(engine).kill()

    def control_broker(self, *words: str) -> None:
        result = self._container("rabbitmq").exec_run(["rabbitmqctl", *words])
        if result.exit_code:
            raise RuntimeError(result.output.decode())

    def broker_files_with(self, text: str) -> list[str]:
        result = self._container("rabbitmq").exec_run(["grep", "--recursive", "--files-with-matches", text, BROKER])
        return result.output.decode().splitlines()

    def create_services(self, database: str) -> None:
        environment = {"DATABASE": database, "SECRETS_DIR": SECRETS}
        result = self._container("postgres").exec_run(
            ["bash", f"{SECRETS}/create-services.sh"], environment=environment
        )
        if result.exit_code:
            raise RuntimeError(result.output.decode())

    def dump_schema(self, database: str, schema: str) -> str:
        command = ["pg_dump", *DUMP, f"--schema={schema}", f"--dbname={self.database_url(database)}"]
        result = self._container("postgres").exec_run(command)
        if result.exit_code:
            raise RuntimeError(result.output.decode())
        return result.output.decode()

    def remove(self) -> None:
        for engine in ("postgres", "rabbitmq"):
            self._container(engine).remove(force=True, v=True)

    def _container(self, engine: Engine) -> Any:
        return docker.from_env().containers.get(getattr(self, engine))


def _bridge() -> str | None:
    """This machine's address on the containers' default network; None where containers run on another, or in a virtual
    machine, as with Docker Desktop.
    """
    try:
        networks = docker.from_env().networks.get("bridge").attrs["IPAM"]["Config"]
        address: str = next(network["Gateway"] for network in networks if "Gateway" in network)
        socket.create_server((address, 0)).close()
    except (NotFound, StopIteration, OSError):
        return None
    return address


def _postgres(secrets: Path, port: int, bridge: str | None) -> DockerContainer:
    container = DockerContainer(POSTGRES)
    if bridge:
        container.with_kwargs(network_mode="host").with_env("PGPORT", str(port))
    else:
        container.with_bind_ports(5432, port)
    container.with_env("POSTGRES_PASSWORD", (secrets / "postgres-password").read_text())
    settings = (*ALWAYS, *(() if durable() else FAST), *([f"listen_addresses={bridge}"] if bridge else []))
    container.with_command([word for setting in settings for word in ("-c", setting)])
    for file in [CREATE_SERVICES, *secrets.glob("*-db-password")]:
        container.with_copy_into_container(file.read_bytes(), f"{SECRETS}/{file.name}", 0o644)
    return container


def _rabbitmq(secrets: Path, port: int) -> DockerContainer:
    definitions = (secrets / "test-definitions.json").read_bytes()
    container = DockerContainer(RABBITMQ).with_bind_ports(5672, port)
    container.with_copy_into_container(SETTINGS.read_bytes(), "/etc/rabbitmq/rabbitmq.conf", 0o644)
    container.with_copy_into_container(definitions, f"{SECRETS}/definitions.json", 0o644)
    return container
