"""A private PostgreSQL and RabbitMQ under one supervisor, in one folder."""

import json
from pathlib import Path

from deploy.native.postgres import Postgres
from deploy.native.program import Program
from deploy.native.rabbitmq import RabbitMQ
from deploy.native.supervisor import Supervisor
from deploy.ports import free_ports, is_free


class NativeServers:
    """The two servers whose data, secrets and logs are in `folder`. The secrets must be there before they start."""

    port_names: tuple[str, ...] = ("postgres", "amqp", "distribution", "epmd")

    def __init__(self, folder: Path, *, durable: bool = True, definitions: str = "definitions.json") -> None:
        self.folder = folder.resolve()
        self.durable = durable
        self.definitions = definitions
        self.secrets = self.folder / "secrets"
        self.supervisor = Supervisor(self.folder)
        self.ports: dict[str, int] = self._known_ports()

    @property
    def postgres(self) -> Postgres:
        return Postgres(
            self.folder / "postgres", port=self.ports["postgres"], secrets=self.secrets, durable=self.durable
        )

    @property
    def rabbitmq(self) -> RabbitMQ:
        definitions = self.secrets / self.definitions
        return RabbitMQ(self.folder / "rabbitmq", ports=self.ports, definitions=definitions, secrets=self.secrets)

    def launch(self, *, owner: int) -> None:
        """Prepare all and start it; it ends with process `owner`, until the supervisor releases it."""
        self.choose_ports()
        self.prepare()
        self.supervisor.launch(self.programs(), owner=owner)

    def prepare(self) -> None:
        """Write what the programs need before they start."""
        self.postgres.prepare()
        self.rabbitmq.prepare()

    def programs(self) -> list[Program]:
        """Return the supervised programs."""
        return [*self.rabbitmq.programs(), self.postgres.program()]

    def choose_ports(self) -> None:
        """Free ones, the same as last time where nobody else took them meanwhile."""
        kept = {name: port for name, port in self.ports.items() if name in self.port_names and is_free(port)}
        new = free_ports([name for name in self.port_names if name not in kept])
        self.ports = {**kept, **new, **self.fixed_ports()}
        self._ports_file.parent.mkdir(parents=True, exist_ok=True)
        self._ports_file.write_text(json.dumps(self.ports))

    def fixed_ports(self) -> dict[str, int]:
        """Ports beyond `port_names` that are not for us to choose."""
        return {}

    @property
    def _ports_file(self) -> Path:
        return self.folder / "ports.json"

    def _known_ports(self) -> dict[str, int]:
        return json.loads(self._ports_file.read_text()) if self._ports_file.exists() else {}
