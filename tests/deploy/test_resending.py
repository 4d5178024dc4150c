"""If an api fails, the gateway sends a request to another one only if it cannot have taken effect already."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.native.gateway import Gateway
from deploy.options import Options
from tests.processes import NativeGateway, free_port, running

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
SAFE = ("GET", "HEAD", "PUT", "DELETE")
NOT_TWICE = ("POST", "PATCH")


class Api:
    """Takes requests, as HTTP has them, and answers or, where it `dies`, hangs up without a word."""

    def __init__(self, *, dies: bool) -> None:
        self.dies = dies
        self.taken: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.taken.append(connection.recv(65536).decode().partition(" ")[0])
                if not self.dies:
                    connection.sendall(ANSWER)


@pytest.fixture
def well() -> Iterator[Api]:
    api = Api(dies=False)
    yield api
    api.listener.close()


@pytest.fixture
def dying() -> Iterator[Api]:
    api = Api(dies=True)
    yield api
    api.listener.close()


def ask(
    method: str, first: int, second: int, folder: Path, *, headers: dict[str, str] | None = None, times: int = 6
) -> list[int]:
    """Return the statuses of `times` requests to a gateway in front of two apis, which it uses in turn."""
    apis = {"catalog": free_port(), "registration": [first, second], "notifications": free_port()}
    gateway = NativeGateway(Gateway(folder, options=Options(), port=free_port(), apis=apis, identity=free_port()))
    url = f"http://127.0.0.1:{gateway.port}/registration/v1/registrations"
    with running() as processes:
        processes.append(gateway.start().wait_ready("/health"))
        return [httpx.request(method, url, headers=headers, trust_env=False).status_code for _ in range(times)]


@pytest.mark.parametrize("method", [*SAFE, *NOT_TWICE])
def test_what_was_refused_is_asked_of_another_api(method: str, well: Api, tmp_path: Path) -> None:
    assert set(ask(method, free_port(), well.port, tmp_path)) == {200}
    assert len(well.taken) == 6


@pytest.mark.parametrize("method", SAFE)
def test_what_may_be_done_twice_is_asked_again_when_an_api_dies_over_it(
    method: str, dying: Api, well: Api, tmp_path: Path
) -> None:
    assert set(ask(method, dying.port, well.port, tmp_path)) == {200}
    assert (set(dying.taken), len(well.taken)) == ({method}, 6)


@pytest.mark.parametrize("method", NOT_TWICE)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one-of-mine"}], ids=["", "with a key"])
def test_what_an_api_died_over_is_not_sent_to_another(
    method: str, headers: dict[str, str], dying: Api, well: Api, tmp_path: Path
) -> None:
    statuses = ask(method, dying.port, well.port, tmp_path, headers=headers)

    assert sorted(statuses) == [200, 200, 200, 502, 502, 502]
    assert (len(dying.taken), len(well.taken)) == (3, 3)
