"""Fixtures for every test: real servers, a database and a virtual host for each xdist worker, shared by its tests."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from deploy import token
from shared import runtime
from tests.processes import Process
from tests.servers import databases, queues, sharing
from tests.servers.engines import SERVICES, Engines
from tests.servers.topology import vhost_names

RUN_FOLDER = "CONVENE_TEST_RUN"
# A test's transaction is open as long as the test runs, and it may rest in between.
PATIENT = "-c idle_in_transaction_session_timeout=0"


def pytest_configure(config: pytest.Config) -> None:
    """One folder a test run, whose variable xdist's workers inherit; and what they start begins warm. No example is
    wrong for the time that it takes.
    """
    Process.warm = True
    settings.register_profile("convene", deadline=None)
    settings.load_profile("convene")
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = str(sharing.new_folder())


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        sharing.remove(Path(os.environ[RUN_FOLDER]))


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0 without xdist, else the number of this worker."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The PostgreSQL and RabbitMQ of this test run. Leave them running: others use them too."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
    owner = os.getppid() if workers else os.getpid()
    return sharing.obtain(Path(os.environ[RUN_FOLDER]), owner=owner, workers=workers or 1)


@pytest.fixture(scope="session")
def database(engines: Engines, worker_number: int) -> str:
    """This worker's database, in which every service's migrations have run. Tests leave it as they found it."""
    name = f"convene_{worker_number}"
    databases.clone(engines, name)
    return name


@pytest.fixture(scope="session")
def vhost(worker_number: int, engines: Engines) -> str:
    """This worker's virtual host of the broker."""
    return vhost_names(worker_number + 1)[-1]


@pytest.fixture(scope="session")
def database_urls(engines: Engines, database: str) -> dict[str, str]:
    """This worker's database as each service's role, and as `postgres`, the superuser."""
    return {role: engines.database_url(database, role) for role in (*SERVICES, "postgres")}


@pytest.fixture(scope="session")
def broker_urls(engines: Engines, vhost: str) -> dict[str, str]:
    """This worker's virtual host as each service's user, and as `tester`, who may do everything."""
    return {user: engines.broker_url(vhost, user) for user in (*SERVICES, "tester")}


@pytest.fixture
def empty_queues(engines: Engines, vhost: str) -> None:
    """Nothing waits in this worker's queues when the test begins."""
    queues.empty(engines, vhost)


@pytest.fixture
def fresh_database(engines: Engines) -> Iterator[str]:
    """A database for one test that commits: migrated, empty, and thrown away afterwards."""
    name = f"convene_{uuid4().hex[:12]}"
    databases.clone(engines, name)
    yield name
    databases.drop(engines, name)


@pytest.fixture
def service_environments(
    engines: Engines, fresh_database: str, vhost: str, empty_queues: None
) -> dict[str, dict[str, str]]:
    """What a process of each service needs in its environment, with a database and empty queues for this test alone."""
    return {
        service: databases.service_environment(engines, service, database=fresh_database, vhost=vhost)
        for service in SERVICES
    }


@pytest.fixture(scope="session")
def own_engines() -> Iterator[Engines]:
    """Servers of this worker alone. Tests take `fault_engines`."""
    folder = sharing.new_folder()
    yield sharing.obtain(folder, owner=os.getpid(), workers=1)
    sharing.remove(folder)


@pytest.fixture
def fault_engines(own_engines: Engines) -> Iterator[Engines]:
    """Servers that this test may stop, start and kill; it is marked `faults`, and the next finds them running."""
    yield own_engines
    for engine in ("postgres", "rabbitmq"):
        own_engines.start(engine)
        own_engines.wait(engine)


@pytest.fixture
def fault_environments(fault_engines: Engines) -> Iterator[dict[str, dict[str, str]]]:
    """As `service_environments`, for processes that use `fault_engines`."""
    name = f"convene_{uuid4().hex[:12]}"
    databases.clone(fault_engines, name)
    queues.empty(fault_engines, "convene")
    yield {service: databases.service_environment(fault_engines, service, database=name) for service in SERVICES}
    for engine in ("postgres", "rabbitmq"):
        fault_engines.start(engine)
        fault_engines.wait(engine)
    databases.drop(fault_engines, name)


@pytest.fixture(scope="session")
def staff_token(engines: Engines) -> Callable[[str], str]:
    """Signs a staff token with these scopes (separated by blanks), as the issuer would."""
    return lambda scope: token.sign(engines.secrets, scope=scope)


@pytest.fixture
def conn(present: runtime.Runtime) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose writes nobody else sees, lent to all of the service `present` that opens a transaction."""
    with (
        psycopg.connect(present.settings.database_url, autocommit=True, options=PATIENT) as conn,
        runtime.use(present),
        conn.transaction(force_rollback=True),
        runtime.share_connection(conn),
    ):
        yield conn
