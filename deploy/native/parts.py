"""The parts of the whole system as native processes: their files, ports and programs."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.clock import set_clock
from deploy.errors import DeployError
from deploy.native.gateway import Gateway
from deploy.native.identity import identity_provider
from deploy.native.mailcatcher.program import mail_catcher
from deploy.native.program import Program
from deploy.native.servers import NativeServers
from deploy.native.services import SERVICES, Services
from deploy.options import Options
from deploy.ports import free_ports, is_free
from deploy.secrets import make_secrets

PROCESSES = tuple(f"{service}-{kind}" for service in SERVICES for kind in ("api", "worker"))


class PortInUseError(DeployError):
    """Another program listens where people should find the gateway or the mail catcher."""


@dataclass(frozen=True)
class Addresses:
    """The addresses of the system; `console` is RabbitMQ's, if its package has one."""

    site: str
    mail: str
    console: str | None


class SystemParts(NativeServers):
    """PostgreSQL, RabbitMQ, the gateway, a mail catcher, and an api and a worker of each service, in one folder."""

    port_names = (*NativeServers.port_names, "smtp", "identity", *PROCESSES)

    def __init__(self, folder: Path, options: Options | None = None, *, console: bool = True) -> None:
        """Without RabbitMQ's `console` the broker stops in one second instead of six."""
        super().__init__(folder)
        self.options = options or Options()
        self.wants_console = console

    @property
    def services(self) -> Services:
        """The three services, to run their commands: `services.run("catalog", "quarantine", "list")`."""
        return Services(self.folder, ports=self.ports, options=self.options, public_url=self.addresses().site)

    @property
    def gateway(self) -> Gateway:
        apis = {service: self.ports[f"{service}-api"] for service in SERVICES}
        return Gateway(
            self.folder / "nginx",
            options=self.options,
            port=self.ports["gateway"],
            apis=apis,
            identity=self.ports["identity"],
        )

    @property
    def clock_file(self) -> Path:
        """The file of the development clock: `deploy.clock.set_clock(system.clock_file, moment)`."""
        return self.folder / "clock"

    def addresses(self) -> Addresses:
        """Return the system's addresses, or those of its last run."""
        local = {name: f"http://localhost:{port}" for name, port in self.ports.items()}
        return Addresses(
            site=self.options.public_url or local["gateway"],
            mail=local["mail"],
            console=local.get("management") if self.rabbitmq.console else None,
        )

    def ready_addresses(self) -> dict[str, str]:
        """Return the readiness URL of each process but the engines."""
        host = "127.0.0.1" if self.options.bind_address == "0.0.0.0" else self.options.bind_address  # noqa: S104
        return {
            **self.services.ready_addresses(),
            "gateway": f"http://{host}:{self.ports['gateway']}/health",
            "identity": f"http://127.0.0.1:{self.ports['identity']}/identity/keys",
            "mail": f"http://{host}:{self.ports['mail']}/api/healthz",
        }

    def fixed_ports(self) -> dict[str, int]:
        """Those that people use, as the options say. Raises PortInUseError; the console alone may move elsewhere."""
        ports = {"gateway": self.options.gateway_port, "mail": self.options.mail_port}
        for name, port in ports.items():
            if port and not is_free(port):
                raise PortInUseError(f"Port {port} is in use by another program; {name.upper()}_PORT=… names another.")
        if self.wants_console:
            wanted = self.options.broker_console_port
            ports["management"] = wanted if wanted and is_free(wanted) else 0
        return {name: port or free_ports([name])[name] for name, port in ports.items()}

    def prepare(self) -> None:
        """Secrets, the clock where it was not set before, and what the programs read."""
        make_secrets(self.secrets)
        if not self.clock_file.exists():
            set_clock(self.clock_file, self.options.convene_clock)
        super().prepare()
        self.gateway.prepare()
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        (self.folder / "tmp").mkdir()

    def programs(self) -> list[Program]:
        """Return the programs in start order: engines, gateway and mail, services."""
        shown_at = (self.options.bind_address, self.ports["mail"])
        mail = mail_catcher(self.folder / "mails", smtp=self.ports["smtp"], http=shown_at)
        site = self.addresses().site
        identity = identity_provider(self.secrets, port=self.ports["identity"], public_url=site)
        return [*super().programs(), self.gateway.program(), mail, identity, *self.services.programs()]
