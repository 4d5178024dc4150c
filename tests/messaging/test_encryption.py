"""`amqps://` reaches RabbitMQ only through a certificate of a trusted authority for the very name that was asked for.

A TLS terminator is in front of the real broker; it records what it was sent unencrypted.
"""

import ast
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.events.catalog import SessionPublished
from shared.messaging import broker
from shared.settings import Settings
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session
from tests.servers.authority import Authority
from tests.servers.databases import ROOT
from tests.waiting import eventually


class Front:
    """Ends TLS with one certificate, and carries what is inside to the broker."""

    def __init__(self, certificate: Path, upstream: tuple[str, int]) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.upstream = upstream
        self.heard = b""
        self.open: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        for one in (self.listener, *self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            secure = self.context.wrap_socket(client, server_side=True)
            behind = socket.create_connection(self.upstream)
            self.open += [secure, behind]
            threading.Thread(target=self._carry, args=(behind, secure), daemon=True).start()
            self._carry(secure, behind, keep=True)

    def _carry(self, source: socket.socket, target: socket.socket, *, keep: bool = False) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                if keep and len(self.heard) < 1_000_000:
                    self.heard += chunk
                target.sendall(chunk)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


Open = Callable[..., Front]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def front(bench: Bench) -> Iterator[Open]:
    """Something that ends TLS before the broker, with this certificate."""
    parts = urlsplit(bench.environments["catalog"]["BROKER_URL"])
    opened: list[Front] = []

    def start(certificate: Path) -> Front:
        opened.append(Front(certificate, (parts.hostname or "", parts.port or 0)))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def secured(url: str, host: str, port: int) -> str:
    """The address of the same user and virtual host, through what ends TLS."""
    parts = urlsplit(url)
    return f"amqps://{parts.username}:{parts.password}@{host}:{port}{parts.path}"


def try_line(bench: Bench, host: str, port: int, *, ca_file: Path | None) -> None:
    """Connect as every process does, and look at the topology. Raises what the line raises."""
    url = secured(bench.environments["catalog"]["BROKER_URL"], host, port)
    settings = Settings(database_url="", broker_url=url, broker_ca_file=ca_file, public_url="", jwks="")
    connection = broker.connect(settings, "test")
    try:
        connection.connect()
        broker.check_topology(connection, "catalog")
    finally:
        broker.abandon(connection)


RIGHT: list[tuple[str, tuple[str, ...]]] = [
    ("localhost", ("localhost",)),
    ("LOCALHOST", ("other.test", "localhost")),
    ("127.0.0.1", ("ip:127.0.0.1",)),
]


@pytest.mark.covers("ASVS 12.3.2")
@pytest.mark.parametrize(("host", "names"), RIGHT)
def test_a_certificate_for_the_name_that_was_asked_for_is_taken(
    bench: Bench, front: Open, authority: Authority, host: str, names: tuple[str, ...]
) -> None:
    try_line(bench, host, front(authority.issue(*names)).port, ca_file=authority.file)


WRONG: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("localhost", ("other.test",), {}),
    ("localhost", ("ip:127.0.0.1",), {}),
    ("localhost", ("localhost.other.test", "*.localhost"), {}),
    ("localhost", (), {"common_name": "localhost"}),
    ("localhost", ("ip:127.0.0.1",), {"common_name": "localhost"}),
    ("127.0.0.1", ("localhost",), {}),
    ("127.0.0.1", ("ip:127.0.0.2",), {}),
    ("127.0.0.1", ("127.0.0.1",), {"common_name": "127.0.0.1"}),
    ("127.0.0.1", ("*.0.0.1",), {}),
    ("localhost", ("localhost",), {"days": -1}),
]


@pytest.mark.covers("ASVS 12.3.2")
@pytest.mark.parametrize(("host", "names", "more"), WRONG)
def test_any_other_is_refused_before_a_word_is_said(
    bench: Bench, front: Open, authority: Authority, host: str, names: tuple[str, ...], more: dict[str, Any]
) -> None:
    other = front(authority.issue(*names, **more))

    with pytest.raises(ssl.SSLCertVerificationError):
        try_line(bench, host, other.port, ca_file=authority.file)

    assert other.heard == b""


@pytest.mark.covers("ASVS 12.3.4")
def test_an_authority_of_others_is_trusted_only_where_it_is_named(
    bench: Bench, front: Open, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, port = Authority(tmp_path, "others"), front(authority.issue("localhost")).port

    for ca_file in (None, others.file):
        with pytest.raises(ssl.SSLCertVerificationError):
            try_line(bench, "localhost", port, ca_file=ca_file)

    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))  # as if this machine trusted it
    try_line(bench, "localhost", port, ca_file=None)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        try_line(bench, "localhost", front(authority.issue("other.test")).port, ca_file=None)
    with pytest.raises(ssl.SSLCertVerificationError):
        try_line(bench, "localhost", port, ca_file=others.file)


def test_workers_publish_and_consume_through_it(bench: Bench, front: Open, authority: Authority) -> None:
    right = front(authority.issue("localhost"))
    for service in ("catalog", "registration"):
        url = secured(bench.environments[service]["BROKER_URL"], "localhost", right.port)
        bench.worker(service, BROKER_URL=url, BROKER_CA_FILE=str(authority.file))
    bench.commit(*[SessionPublished(session=make_session()) for _ in range(10)])

    bench.wait_settled(10, seconds=60)

    assert len(bench.effects()) == 10


@pytest.mark.covers("ASVS 12.3.2")
def test_a_worker_neither_publishes_nor_consumes_by_a_name_that_is_not_the_brokers(
    bench: Bench, front: Open, authority: Authority
) -> None:
    wrong = front(authority.issue("other.test"))
    workers = []
    for service in ("catalog", "registration"):
        url = secured(bench.environments[service]["BROKER_URL"], "localhost", wrong.port)
        workers.append(bench.worker(service, BROKER_URL=url, BROKER_CA_FILE=str(authority.file)))

    def refused(loop: str) -> bool:
        lines = [line for worker in workers for line in worker.read_log().splitlines()]
        return any(f'"{loop}"' in line and "Hostname mismatch" in line for line in lines)

    eventually(lambda: refused("consumer") and refused("relay"), seconds=30)
    assert wrong.heard == b""


def test_no_other_place_opens_a_line_to_the_broker() -> None:
    found = {
        str(file.relative_to(ROOT))
        for folder in ("shared", "services")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("Connection", "BrokerConnection")
    }

    assert found == {"shared/messaging/broker.py"}
