"""How the processes of an api begin: as forks of one that has imported everything, and yet each for itself."""

import http.client
from collections.abc import Iterator

import pytest

from tests.processes import Process

REQUESTS = 100


@pytest.fixture
def api(service_environments: dict[str, dict[str, str]]) -> Iterator[Process]:
    process = Process("services.notifications", "api", environment=service_environments["notifications"])
    try:
        yield process.start(WEB_WORKERS="2", WEB_THREADS="1").wait_ready("/notifications/health/ready")
    finally:
        process.stop()
        process.log.close()


def test_processes_of_an_api_never_make_the_same_id(api: Process) -> None:
    """A state of a random generator that both were born with would make both go through the same ids."""
    ids = [request_id(api.port) for _ in range(REQUESTS)]

    assert len(set(ids)) == REQUESTS


def request_id(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/notifications/health/live")
    id = connection.getresponse().getheader("X-Request-Id")
    connection.close()
    assert id
    return id
