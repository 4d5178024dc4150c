"""Code whose migrations have not run does nothing, says why, and begins by itself once they have."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from tests.processes import Process, running
from tests.servers import databases
from tests.servers.engines import Engines
from tests.waiting import eventually

LATEST = "DELETE FROM migration_digest WHERE file = (SELECT max(file) FROM migration_digest)"


@pytest.fixture
def processes(service_environments: dict[str, dict[str, str]], engines: Engines) -> Iterator[list[Process]]:
    """An api and a worker of the catalog, on a schema that lacks one migration that they know."""
    told = service_environments["catalog"]
    with psycopg.connect(engines.database_url(database_of(told), "catalog_owner"), autocommit=True) as conn:
        conn.execute(LATEST)
    with running() as processes:
        processes += [Process("services.catalog", kind, environment=told) for kind in ("api", "worker")]
        for process in processes:
            process.start()
        yield processes


def database_of(told: dict[str, str]) -> str:
    return told["DATABASE_URL"].rsplit("/", 1)[1]


def ask(process: Process, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{process.port}{path}", trust_env=False)


def test_nothing_is_served_and_nothing_received_before_the_migrations_ran(
    processes: list[Process], engines: Engines, service_environments: dict[str, dict[str, str]]
) -> None:
    api, worker = processes
    api.wait_ready("/catalog/health/live")
    worker.wait_ready("/health/live")

    assert ask(api, "/catalog/v1/sessions").json()["type"] == "urn:convene:problem:not-migrated"
    assert ask(api, "/catalog/staff/").status_code == 503
    for process, path in ((api, "/catalog/health/ready"), (worker, "/health/ready")):
        answer = ask(process, path)
        assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "migrations are missing")
    assert "worker started" not in worker.read_log()

    databases.migrate(engines, "catalog", database=database_of(service_environments["catalog"]))

    worker.wait_ready("/health/ready")
    eventually(lambda: ask(api, "/catalog/v1/sessions").status_code == 200)
    assert "worker started" in worker.read_log()
