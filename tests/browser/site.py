"""The running site: an api and a worker of each service, gateway, mail catcher and identity provider, as processes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from deploy import token
from deploy.clock import set_clock
from deploy.demo.mailbox import Mailbox
from deploy.native.gateway import Gateway
from deploy.options import Options
from shared import signed_links
from tests.commands import run_command
from tests.processes import NativeGateway, Process, free_port
from tests.servers.databases import service_environment
from tests.servers.engines import SERVICES, Engines
from tests.waiting import eventually

SAMPLE = "deploy/sample/ltc-models-for-change.yaml"
LATER = "deploy/sample/later/workshop-scheduled.yaml"
BEGINNING = "2016-12-15T10:00:00-06:00"


class Site:
    """`url` is where browsers find it. Its programme is the sample's; its clock begins at the announcement."""

    def __init__(self, engines: Engines, database: str, vhost: str, folder: Path) -> None:
        self.engines = engines
        self.database = database
        self.clock = folder / "clock"
        self.smtp, self.mail = free_port(), free_port()
        port, identity = free_port(), free_port()
        self.url = f"http://localhost:{port}"
        discovery = f"http://127.0.0.1:{identity}/identity/.well-known/openid-configuration"
        self.told = {
            service: {
                **service_environment(engines, service, database=database, vhost=vhost),
                "PUBLIC_URL": self.url,
                "CLOCK_FILE": str(self.clock),
                "SMTP_URL": f"smtp://127.0.0.1:{self.smtp}",
                "OIDC_DISCOVERY": discovery,
                "SESSION_KEY_FILE": str(engines.secrets / f"{service}-session-key"),
                "WEB_WORKERS": "1",
            }
            for service in SERVICES
        }
        self.apis = {s: Process(f"services.{s}", "api", environment=self.told[s]) for s in SERVICES}
        self.workers = {s: Process(f"services.{s}", "worker", environment=self.told[s]) for s in SERVICES}
        ports = ["--smtp", f"127.0.0.1:{self.smtp}", "--http", f"127.0.0.1:{self.mail}"]
        self.catcher = Process("deploy.native.mailcatcher", str(folder / "mails"), *ports, environment={})
        provider = {
            "IDENTITY_SECRETS": str(engines.secrets),
            "PUBLIC_URL": self.url,
            "IDENTITY_URL": discovery.partition("/identity/")[0],
        }
        bind = ["--bind", f"127.0.0.1:{identity}", "--threads", "4"]
        self.identity = Process("gunicorn", *bind, "deploy.identity.app:create_app()", environment=provider)
        self.identity.port = identity
        options = Options(gateway_reads=10000, gateway_writes=10000)
        apis = {service: api.port for service, api in self.apis.items()}
        gateway = Gateway(folder / "nginx", options=options, port=port, apis=apis, identity=identity)
        self.gateway = NativeGateway(gateway)

    def processes(self) -> list[Process]:
        return [*self.apis.values(), *self.workers.values(), self.catcher, self.identity, self.gateway]

    def start(self) -> None:
        """All of it, with the sample programme in every service."""
        self.set_clock(BEGINNING)
        for process in self.processes():
            process.start()
        self.run("catalog", "import", SAMPLE)
        for service, api in self.apis.items():
            api.wait_ready(f"/{service}/health/ready")
        self.identity.wait_ready("/identity/keys")
        self.gateway.wait_ready("/health")
        self.settle()

    def run(self, service: str, *arguments: str) -> str:
        """A command of a service."""
        result = run_command(service, *arguments, environment=self.told[service])
        assert result.returncode == 0, result.stderr
        return result.stdout

    def set_clock(self, moment: str) -> None:
        """The programme's clock, from now on."""
        set_clock(self.clock, moment)

    def settle(self) -> None:
        """Wait until all that events cause has happened; two looks, since one may fall between two queues."""
        for _ in range(2):
            eventually(lambda: all(self._idle(service) for service in SERVICES), seconds=30)

    def token(self, scope: str = token.SCOPES) -> str:
        """A staff token."""
        return token.sign(self.engines.secrets, scope=scope)

    def sign(self, purpose: str, subject: object) -> str:
        """The token of a link in a mail, as 0.1.0 sent it, which stays good."""
        told: Any = SimpleNamespace(links_key_file=self.engines.secrets / "links-key", links_form="0.1.0")
        return signed_links.sign(told, purpose, str(subject))

    def api(self, method: str, path: str, *, staff: bool = True, **kwargs: Any) -> httpx.Response:
        """A request to the API through the gateway."""
        headers = {**({"Authorization": f"Bearer {self.token()}"} if staff else {}), **kwargs.pop("headers", {})}
        return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=20, **kwargs)

    def mailbox(self) -> Mailbox:
        """The mails that went out."""
        return Mailbox(f"http://127.0.0.1:{self.mail}")

    def query(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Return rows of the database, as the superuser; SQL names the schema."""
        url = self.engines.database_url(self.database)
        with psycopg.connect(url) as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode(), values).fetchall()

    def _idle(self, service: str) -> bool:
        [found] = self.query(
            f"SELECT (SELECT count(*) FROM {service}.outbox WHERE published_at IS NULL) AS out,"  # noqa: S608
            f" (SELECT count(*) FROM {service}.inbox WHERE status = 'pending') AS waiting,"
            " (SELECT count(*) FROM catalog.entries) AS things"
        )
        return found["out"] == 0 and found["waiting"] == 0 and found["things"] > 0
