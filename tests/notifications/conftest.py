"""Fixtures for tests of notifications: a transaction that is rolled back, and a post office that commits."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from services.notifications.app import SERVICE
from shared import runtime
from tests.notifications.desk import Desk
from tests.notifications.outside import Site
from tests.notifications.post_office import PostOffice
from tests.notifications.service import make_runtime, make_settings
from tests.notifications.sink import Listening, Sink
from tests.processes import Process, running
from tests.servers.engines import Engines
from tests.web_client import WebClient, make_client


@pytest.fixture
def present(engines: Engines, database_urls: dict[str, str]) -> Iterator[runtime.Runtime]:
    """The running service, on this worker's database."""
    made = make_runtime(make_settings(engines, database_urls["notifications"]))
    with runtime.use(made):
        yield made


@pytest.fixture
def client(present: runtime.Runtime, staff_token: Callable[[str], str]) -> Iterator[WebClient]:
    """A member of staff who may do everything here, and the mail provider."""
    with make_client(SERVICE.create_app(present)) as made:
        token = staff_token("notifications:read notifications:write notifications:bounces")
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        yield made


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def smtp_url(sink: Sink) -> Iterator[str]:
    """The SMTP address of the sink."""
    controller = Listening(sink)
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def post(engines: Engines, fresh_database: str, smtp_url: str) -> Iterator[PostOffice]:
    """A post office whose mail goes to the sink."""
    url = engines.database_url(fresh_database, "notifications")
    office = PostOffice(make_settings(engines, url, smtp_url=smtp_url))
    yield office
    office.close()


@pytest.fixture
def environment(service_environments: dict[str, dict[str, str]], smtp_url: str) -> dict[str, str]:
    """The environment of a worker of notifications whose mail goes to the sink."""
    return service_environments["notifications"] | {"SMTP_URL": smtp_url}


@pytest.fixture
def site() -> Iterator[Site]:
    """Another site, which webhooks call."""
    made = Site()
    yield made
    made.close()


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Callable[[], Process]]:
    """Makes workers of notifications in the `environment` of the test, and ends them."""
    with running() as processes:

        def make() -> Process:
            processes.append(process := Process("services.notifications", "worker", environment=environment))
            return process

        yield make


@pytest.fixture
def desk(conn: psycopg.Connection[Any], present: runtime.Runtime) -> "Desk":
    """Events in, mails out, without a mail server and without a commit."""
    return Desk(conn, present)
