"""The processes that are measured: the catalog's api, references under the same gunicorn, the gateway, nginx alone."""

import os
from collections.abc import Mapping
from pathlib import Path

from deploy.native import binaries
from deploy.native.gateway import MAIN, Gateway
from deploy.options import Options
from tests.bench.catalog import references
from tests.bench.catalog.references import Answer
from tests.bench.running import start
from tests.processes import Process
from tests.servers import databases
from tests.servers.engines import Engines

READY = "/catalog/health/ready"
UNLIMITED = 1_000_000  # requests a second

FILES = """
server {{
    listen 127.0.0.1:{port};
    root {site};
    default_type application/json;
    add_header Cache-Control "public, max-age=1, stale-while-revalidate=5";
    access_log access.log;
}}
"""


class Nginx(Process):
    """nginx with the configuration in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__("nginx", environment={})
        self.folder = folder

    def command(self) -> list[str]:
        return [str(binaries.nginx()), "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]


def start_api(engines: Engines, database: str, processes: list[Process]) -> Process:
    """The catalog's api as it runs in production: two processes of four threads, a line in its log for each request."""
    environment = databases.service_environment(engines, "catalog", database=database) | {"LOG_LEVEL": "info"}
    return start(Process("services.catalog", "api", environment=environment), READY, processes)


def start_reference(folder: Path, factory: str, answers: Mapping[str, Answer], processes: list[Process]) -> Process:
    """A reference of references.py under the gunicorn of the services."""
    file = folder / f"{factory}.json"
    references.save(file, dict(answers))
    counters = folder / f"{factory}-counters"
    counters.mkdir()
    args = ("gunicorn", "-c", "deploy/gunicorn.py", f"tests.bench.catalog.references:{factory}()")
    environment = {references.ANSWERS: str(file), "PROMETHEUS_MULTIPROC_DIR": str(counters)}
    return start(Process(*args, environment=environment), next(iter(answers)), processes)


def start_gateway(folder: Path, api: Process, processes: list[Process]) -> Process:
    """The gateway with its own template, without limits that a load could meet."""
    nginx = Nginx(folder)
    options = Options(gateway_reads=UNLIMITED, gateway_writes=UNLIMITED)
    apis: dict[str, int] = dict.fromkeys(("catalog", "registration", "notifications"), api.port)
    Gateway(folder, options=options, port=nginx.port, apis=apis, identity=api.port).prepare()
    return start(nginx, READY, processes)


def start_files(folder: Path, files: Mapping[str, bytes], processes: list[Process]) -> Process:
    """nginx alone, with the gateway's main configuration, and these files by their paths."""
    nginx = Nginx(folder)
    for path, body in files.items():
        file = folder / "site" / path.strip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(user=user))
    (folder / "convene.conf").write_text(FILES.format(port=nginx.port, site=folder / "site"))
    return start(nginx, next(iter(files)), processes)
