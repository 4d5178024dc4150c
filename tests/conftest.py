"""Fixtures for every test: real servers, a database and a virtual host for each xdist worker, shared by its tests."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shared import runtime
from tests.processes import Process
from tests.servers import databases, queues, sharing, slots, transitions
from tests.servers.engines import SERVICES, Engines
from tests.servers.slots import Slot

# A test's transaction is open as long as the test runs, and it may rest in between.
PATIENT = "-c idle_in_transaction_session_timeout=0"
# The parts of a `-k` expression that are not words of a test's name.
OPERATORS = re.compile(r"\b(?:and|or)\b|[()\s]+")


def pytest_configure() -> None:
    """Start the processes of tests warm (see deploy/native/warm.py)."""
    Process.warm = True


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-k seats`, import only files in which the word is: importing all of them takes half a minute.

    A test is found by its name, its file's or its folder's, and by parameters that are written in its file.
    """
    words = [word.lower() for word in OPERATORS.split(str(config.getoption("keyword") or "")) if word]
    if not words or "not" in words or not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    text = f"{collection_path.relative_to(config.rootpath)}\n{collection_path.read_text()}".lower()
    return None if any(word in text for word in words) else True


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Remove the deadline of Hypothesis for modules that use it. Importing it takes a second, so others do not."""
    if "hypothesis" in sys.modules or "hypothesis" not in module_path.read_text():
        return
    from hypothesis import settings

    settings.register_profile("convene", deadline=None)
    settings.load_profile("convene")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Unregister the plugin of Hypothesis if no test used it: its summary would import Hypothesis and be empty."""
    plugins = session.config.pluginmanager
    if "hypothesis" not in sys.modules and plugins.has_plugin("hypothesispytest"):
        plugins.unregister(name="hypothesispytest")


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The PostgreSQL and RabbitMQ of this checkout, kept between test runs. Leave them running: others use them too."""
    return sharing.obtain_kept()


@pytest.fixture(scope="session")
def slot(engines: Engines) -> Slot:
    """This worker's share of the servers."""
    return slots.take(engines)


@pytest.fixture(scope="session")
def database(engines: Engines, slot: Slot) -> str:
    """This worker's database, in which every service's migrations have run. Tests leave it as they found it."""
    databases.clone(engines, slot.database)
    transitions.watch(engines, slot.database)
    return slot.database


@pytest.fixture(scope="session")
def vhost(slot: Slot) -> str:
    """This worker's virtual host of the broker."""
    return slot.vhost


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
def fresh_database(engines: Engines, slot: Slot) -> Iterator[str]:
    """A database for one test that commits: migrated, empty, and thrown away afterwards."""
    name = slot.new_database_name()
    databases.clone(engines, name)
    transitions.watch(engines, name)
    yield name
    databases.drop(engines, name)


@pytest.fixture
def service_environments(
    engines: Engines, fresh_database: str, vhost: str, empty_queues: None
) -> dict[str, dict[str, str]]:
    """The environment of each service's processes, with a database and empty queues for this test alone."""
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
    """The same as `service_environments`, for processes that use `fault_engines`."""
    name = "convene_fault"
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
    from deploy import token

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
