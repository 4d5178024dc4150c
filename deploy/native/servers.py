"""A private PostgreSQL and RabbitMQ under one supervisor, in one folder."""

import json
from pathlib import Path

from deploy.native.ports import free_ports, is_free
from deploy.native.postgres import Postgres
from deploy.native.program import Program
from deploy.native.rabbitmq import RabbitMQ
from deploy.native.supervisor import Supervisor


class NativeServers:
    """The two servers whose data, secrets and logs are in `folder`.

    The secrets must be there before anything starts. Ports are chosen once and kept, as long as nobody else takes them.
    """

    port_names: tuple[str, ...] = ("postgres", "amqp", "distribution", "epmd")

    def __init__(self, folder: Path, *, durable: bool = True, definitions: str = "definitions.json") -> None:
        self.folder = folder.resolve()
        self.secrets = self.folder / "secrets"
        self.supervisor = Supervisor(self.folder)
        self.ports = self._ports()
        self.postgres = Postgres(
            self.folder / "postgres", port=self.ports["postgres"], secrets=self.secrets, durable=durable
        )
        self.rabbitmq = RabbitMQ(
            self.folder / "rabbitmq", ports=self.ports, definitions=self.secrets / definitions, secrets=self.secrets
        )

    def launch(self, *, owner: int) -> None:
        """Prepare both and start them; they end with process `owner`, until the supervisor is told to release them."""
        self.postgres.prepare()
        self.rabbitmq.prepare()
        self.supervisor.launch(self.programs(), owner=owner)

    def programs(self) -> list[Program]:
        """What the supervisor runs."""
        return [*self.rabbitmq.programs(), self.postgres.program()]

    def _ports(self) -> dict[str, int]:
        file = self.folder / "ports.json"
        ports = json.loads(file.read_text()) if file.exists() else {}
        usable = self.supervisor.running() or all(map(is_free, ports.values()))
        if ports.keys() != set(self.port_names) or not usable:
            ports = free_ports(list(self.port_names))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(ports))
        return ports
