"""The processes that are measured: registration's api, and the reference under the same gunicorn."""

from tests.bench.registration import data
from tests.bench.registration.setting import Setting
from tests.bench.running import start
from tests.processes import Process
from tests.servers import databases
from tests.servers.engines import Engines

READY = "/registration/health/ready"


def start_first_api(engines: Engines, processes: list[Process]) -> Process:
    """The api with 10,000 registrations."""
    return _start_api(engines, data.SMALL, processes)


def start_api(setting: Setting, database: str) -> Process:
    """An api as it runs in production: two processes of four threads, a line in its log for each request."""
    return _start_api(setting.engines, database, setting.processes)


def start_reference(setting: Setting) -> Process:
    """The bare transaction, in the same database, under the gunicorn of the services."""
    counters = setting.folder / "reference-counters"
    counters.mkdir()
    environment = {
        "DATABASE_URL": setting.engines.database_url(data.SMALL, "registration"),
        "PROMETHEUS_MULTIPROC_DIR": str(counters),
    }
    args = ("gunicorn", "-c", "deploy/gunicorn.py", "tests.bench.registration.reference:create_app()")
    return start(Process(*args, environment=environment), "/ready", setting.processes)


def _start_api(engines: Engines, database: str, processes: list[Process]) -> Process:
    environment = databases.service_environment(engines, "registration", database=database) | {"LOG_LEVEL": "info"}
    return start(Process("services.registration", "api", environment=environment), READY, processes)
