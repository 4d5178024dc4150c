"""What the proxy does to a line is what its name says, and it can be undone."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.proxy import AMQP_ACK, POSTGRES_COMMIT, SMTP_ACCEPTED, Proxies, Proxy
from tests.waiting import eventually

SHORT = 0.3  # seconds in which nothing comes


class Echo:
    """Answers with what it is sent, and remembers what it got."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got = b""
        self.ends: list[str] = []
        self.accepted: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for end in (self.listener, *self.accepted):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.accepted.append(client)
                threading.Thread(target=self._echo, args=[client], daemon=True).start()

    def _echo(self, client: socket.socket) -> None:
        try:
            while data := client.recv(65536):
                self.got += data
                client.sendall(data)
            self.ends.append("closed")
            client.close()
        except OSError:
            self.ends.append("reset")


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def proxies() -> Iterator[Proxies]:
    with Proxies() as proxies:
        yield proxies


@pytest.fixture
def proxy(proxies: Proxies, echo: Echo) -> Proxy:
    return proxies.add("echo", echo.port)


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def said(line: socket.socket, data: bytes) -> bytes:
    """What comes back of `data`, until the line is silent for a while."""
    line.sendall(data)
    return heard(line, len(data))


def heard(line: socket.socket, size: int) -> bytes:
    got = b""
    with suppress(TimeoutError):
        while len(got) < size and (data := line.recv(65536)):
            got += data
    return got


def test_everything_passes_both_ways_until_each_side_has_ended(proxy: Proxy, echo: Echo) -> None:
    payload = bytes(range(256)) * 4000
    line = connect(proxy)
    sender = threading.Thread(target=line.sendall, args=[payload])
    sender.start()
    got = heard(line, len(payload))
    sender.join()
    line.shutdown(socket.SHUT_WR)

    assert got == payload
    assert line.recv(1) == b""
    assert eventually(lambda: echo.ends) == ["closed"]
    assert proxy.bytes == 2 * len(payload)
    assert eventually(lambda: proxy.connections == 0)
    assert proxy.cuts == 0


def test_a_cut_resets_what_is_open_and_lets_what_is_new_pass(proxy: Proxy, echo: Echo) -> None:
    line = connect(proxy)
    assert said(line, b"one") == b"one"

    proxy.cut()

    with pytest.raises(ConnectionResetError):
        line.recv(1)
    assert eventually(lambda: echo.ends) == ["reset"]
    assert said(connect(proxy), b"two") == b"two"
    assert proxy.cuts == 1


def test_a_refusing_port_takes_nobody_until_it_is_healed(proxy: Proxy) -> None:
    line = connect(proxy)
    assert said(line, b"one") == b"one"

    proxy.refuse()

    with pytest.raises(ConnectionResetError):
        line.recv(1)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.heal()
    assert said(connect(proxy), b"two") == b"two"


def test_in_a_black_hole_lines_stay_open_and_silent_even_when_the_other_side_leaves(proxy: Proxy, echo: Echo) -> None:
    standing, leaving = connect(proxy), connect(proxy)
    assert said(standing, b"one") == said(leaving, b"one") == b"one"

    proxy.blackhole()
    new = connect(proxy)
    for line in (standing, new, leaving):
        line.settimeout(SHORT)
        assert said(line, b"two") == b""
    leaving.close()

    assert b"two" not in echo.got
    assert not echo.ends
    proxy.heal()
    for line in (standing, new):
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    assert b"two" not in echo.got
    assert said(connect(proxy), b"three") == b"three"


def test_a_line_that_was_silent_in_a_black_hole_outlives_it(proxy: Proxy) -> None:
    line = connect(proxy)
    assert said(line, b"one") == b"one"

    proxy.blackhole()
    proxy.heal()

    assert said(line, b"two") == b"two"


@pytest.mark.parametrize(("direction", "arrives"), [("up", b"one"), ("down", b"onetwo")])
def test_half_open_stops_one_direction(proxy: Proxy, echo: Echo, direction: str, arrives: bytes) -> None:
    line = connect(proxy)
    assert said(line, b"one") == b"one"
    line.settimeout(SHORT)

    proxy.half_open("up" if direction == "up" else "down")

    assert said(line, b"two") == b""
    assert echo.got == arrives


def test_a_delay_is_added_each_way(proxy: Proxy) -> None:
    line = connect(proxy)
    proxy.delay(0.15, jitter=0.05)
    began = time.monotonic()

    assert said(line, b"one") == b"one"

    assert time.monotonic() - began >= 0.2


def test_a_trickle_takes_its_time(proxy: Proxy) -> None:
    line = connect(proxy)
    proxy.trickle(1000)
    began = time.monotonic()

    assert said(line, b"x" * 300) == b"x" * 300

    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("pattern", [POSTGRES_COMMIT, AMQP_ACK])
@pytest.mark.parametrize("before", [True, False])
def test_a_pattern_cuts_before_or_after_it_has_arrived_even_in_pieces(
    proxy: Proxy, echo: Echo, pattern: bytes, before: bool
) -> None:
    line = connect(proxy)
    proxy.cut_after(pattern, "down", before=before)
    assert said(line, b"..." + pattern[:2]) == b"..." + pattern[:2]

    line.sendall(pattern[2:] + b"...")

    if not before:
        assert heard(line, 1).startswith(pattern[2:])
    with pytest.raises(ConnectionResetError):
        line.recv(1)
    assert echo.got == b"..." + pattern + b"..."  # the upstream had acted
    assert proxy.cuts == 1


def test_a_pattern_on_its_way_up_cuts_before_the_upstream_hears_of_it(proxy: Proxy, echo: Echo) -> None:
    line = connect(proxy)
    proxy.cut_after(AMQP_ACK, "up", before=True)

    line.sendall(AMQP_ACK)

    with pytest.raises(ConnectionResetError):
        line.recv(1)
    assert echo.got == b""


def test_a_pattern_cuts_as_often_as_it_was_told_and_what_had_passed_before_does_not_count(proxy: Proxy) -> None:
    line = connect(proxy)
    assert said(line, POSTGRES_COMMIT) == POSTGRES_COMMIT
    proxy.cut_after(POSTGRES_COMMIT, before=True, times=2)
    assert said(line, b"on") == b"on"

    for _ in range(2):
        line.sendall(POSTGRES_COMMIT)
        with pytest.raises(ConnectionResetError):
            line.recv(1)
        line = connect(proxy)

    assert said(line, POSTGRES_COMMIT) == POSTGRES_COMMIT


def test_the_250_to_a_mail_is_told_from_those_to_its_envelope(proxy: Proxy) -> None:
    line = connect(proxy)
    proxy.cut_after(SMTP_ACCEPTED, before=True)
    for answer in (b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n"):
        assert said(line, answer) == answer

    line.sendall(b"250 accepted\r\n")

    with pytest.raises(ConnectionResetError):
        line.recv(1)


def test_without_an_upstream_the_client_is_reset(proxies: Proxies, echo: Echo) -> None:
    proxy = proxies.add("nobody", echo.port)
    echo.close()

    with pytest.raises(ConnectionResetError):
        connect(proxy).recv(1)


def test_when_the_block_ends_nothing_listens_or_hangs(echo: Echo) -> None:
    with Proxies() as proxies:
        proxy = proxies.add("echo", echo.port)
        line = connect(proxy)
        assert said(line, b"one") == b"one"
        proxy.blackhole()
        line.sendall(b"two")

    with pytest.raises(ConnectionResetError):
        line.recv(1)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
