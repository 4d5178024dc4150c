"""An api that stops answers the requests that reached it, and refuses later ones at once."""

import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes import Process
from tests.waiting import eventually

WAITING = 6  # requests; one thread answers one at a time


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    environment = {"WEB_WORKERS": "1", "WEB_THREADS": "1", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    process = Process(
        "gunicorn", "-c", "deploy/gunicorn.py", "tests.deploy.stopping:application", environment=environment
    )
    try:
        yield process.start().wait_ready("/")
    finally:
        process.stop()
        process.log.close()


def post(connection: http.client.HTTPConnection, path: str) -> str:
    connection.request("POST", path, body=b"{}")
    return connection.getresponse().read().decode()


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_who_stands_before_the_door_is_answered_and_who_comes_later_refused(server: Process, tmp_path: Path) -> None:
    connections = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=20) for _ in range(WAITING)]
    with ThreadPoolExecutor(WAITING) as people:
        answers = [people.submit(post, one, f"/{number}{tmp_path}") for number, one in enumerate(connections)]
        eventually(lambda: all(one.sock for one in connections))
        eventually(lambda: list(tmp_path.glob("began-*")))
        assert server.process
        server.process.terminate()
        eventually(lambda: refuses(server.port))
        for number in range(WAITING):
            (tmp_path / str(number)).touch()

        assert [answer.result() for answer in answers] == [str(number) for number in range(WAITING)]
    assert server.wait_dead() == 0


def test_a_connection_that_rests_is_answered_once_more_and_told_that_it_was_the_last(server: Process) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    post(kept, "/")
    rested = kept.sock

    assert server.process
    server.process.terminate()
    eventually(lambda: refuses(server.port))
    kept.request("POST", "/", body=b"{}")
    answer = kept.getresponse()

    assert rested is not None
    assert (answer.status, answer.headers["Connection"]) == (200, "close")
