"""The processes of the three services: an api and a worker each, with the environment that docker-compose.yml gives."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.errors import DeployError
from deploy.native import identity
from deploy.native.program import Program
from deploy.native.supervisor import ROOT
from deploy.options import Options

SERVICES = ("catalog", "registration", "notifications")
HOST = "127.0.0.1"


class CommandFailedError(DeployError):
    """A command of a service failed; says what it wrote."""


class Services:
    """The services of the system in `folder`, at `ports`; their code is in `root`, what it needs in `python`."""

    root: Path = ROOT
    python: str = sys.executable

    def __init__(self, folder: Path, *, ports: dict[str, int], options: Options, public_url: str) -> None:
        self.folder = folder
        self.ports = ports
        self.options = options
        self.public_url = public_url

    def programs(self) -> list[Program]:
        """Started by a later command: migrations come first."""
        return [
            Program(
                name=f"{service}-{process}",
                group="services",
                command=[self.python, "-m", f"services.{service}", process],
                directory=self.root,
                environment=self.environment(service),
                at_once=False,
            )
            for service in SERVICES
            for process in ("api", "worker")
        ]

    def ready_addresses(self) -> dict[str, str]:
        """Return the readiness URL of each process."""
        apis = {f"{s}-api": f"http://{HOST}:{self.ports[f'{s}-api']}/{s}/health/ready" for s in SERVICES}
        workers = {f"{s}-worker": f"http://{HOST}:{self.ports[f'{s}-worker']}/health/ready" for s in SERVICES}
        return {**apis, **workers}

    def migrate(self) -> None:
        """Bring the three schemas up to date, at the same time."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._migrate, SERVICES))

    def run(self, service: str, *arguments: str) -> str:
        """Run one command of a service, answer what it wrote. Raises CommandFailedError."""
        return self._run(service, self.environment(service), *arguments)

    def _migrate(self, service: str) -> str:
        """Return the environment of a migration, which alone connects as owner of the schema."""
        database = {
            "DATABASE_URL": f"postgresql://{service}_owner@{HOST}:{self.ports['postgres']}/convene",
            "DATABASE_PASSWORD_FILE": str(self.folder / "secrets" / f"{service}-owner-db-password"),
        }
        return self._run(service, self.environment(service) | database, "migrate")

    def _run(self, service: str, environment: dict[str, str], *arguments: str) -> str:
        result = subprocess.run(
            ["env", *_assignments(environment), self.python, "-m", f"services.{service}", *arguments],
            cwd=self.root,
            text=True,
            capture_output=True,
            check=False,
        )
        if result.returncode:
            written = (result.stdout + result.stderr)[-3000:]
            raise CommandFailedError(f"`python -m services.{service} {' '.join(arguments)}` failed:\n{written}")
        return result.stdout

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment of a process of `service`."""
        secrets = self.folder / "secrets"
        common = {
            "ENVIRONMENT": "development",
            "DATABASE_URL": f"postgresql://{service}@{HOST}:{self.ports['postgres']}/convene",
            "DATABASE_PASSWORD_FILE": str(secrets / f"{service}-db-password"),
            "BROKER_URL": f"amqp://{service}@{HOST}:{self.ports['amqp']}/convene",
            "BROKER_PASSWORD_FILE": str(secrets / f"{service}-broker-password"),
            "PUBLIC_URL": self.public_url,
            "JWKS": str(secrets / "jwks.json"),
            "OIDC_DISCOVERY": f"{identity.url_of(self.ports['identity'])}/identity/.well-known/openid-configuration",
            "SESSION_KEY_FILE": str(secrets / f"{service}-session-key"),
            "CLOCK_FILE": str(self.folder / "clock"),
            "API_BIND": f"{HOST}:{self.ports[f'{service}-api']}",
            "WORKER_BIND": f"{HOST}:{self.ports[f'{service}-worker']}",
            "MAILS_PER_NETWORK": str(self.options.mails_per_network),
            "MAILS_PER_MAILBOX": str(self.options.mails_per_mailbox),
            "WEB_WORKERS": str(self.options.web_workers),
            "WEB_THREADS": str(self.options.web_threads),
            "LOG_LEVEL": self.options.log_level,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.options.otel_exporter_otlp_endpoint,
            "RELEASE": self.options.release,
            "TMPDIR": str(self.folder / "tmp"),
        }
        return common | self._own_environment(service)

    def _own_environment(self, service: str) -> dict[str, str]:
        """Return the variables that not all services have."""
        secrets = self.folder / "secrets"
        badges = {
            "BADGE_KEY_FILE": str(secrets / "badge-key"),
            "ISSUER_NAME": self.options.issuer_name,
            "ISSUER_URL": self.options.issuer_url,
        }
        links = {"LINKS_KEY_FILE": str(secrets / "links-key"), "LINKS_FORM": self.options.links_form}
        mail = {
            "SMTP_URL": f"smtp://{HOST}:{self.ports['smtp']}",
            "MAIL_FROM": self.options.mail_from,
            "SETTLE_SECONDS": str(self.options.settle_seconds),
        }
        groups = {"GROUP_HELD_SEATS": str(self.options.group_held_seats)}
        hooks = {"WEBHOOK_ALLOW": self.options.webhook_allow}
        readers = {
            "COMMENTS_PER_NETWORK": str(self.options.comments_per_network),
            "SECURITY_CONTACT": self.options.security_contact,
        }
        own = {"catalog": readers, "registration": links | badges | groups, "notifications": links | mail | hooks}
        return own[service]


def _assignments(environment: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in environment.items()]
