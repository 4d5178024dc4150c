"""Makes sure that the reaper of testcontainers will remove our containers, should this process be killed.

testcontainers connects to its reaper as soon as the port is published, which Docker answers even before the reaper
listens; it does not notice that such a connection is closed at once, and then nothing is ever reaped.
"""

import socket
from contextlib import suppress

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import Reaper
from testcontainers.core.labels import LABEL_SESSION_ID, SESSION_ID

from deploy.waiting import wait_until

_held: list[socket.socket] = []


def hold() -> None:
    """Return once the reaper has confirmed what it is to remove when this process has ended."""
    if testcontainers_config.ryuk_disabled:
        return
    Reaper.get_instance()
    container = Reaper._container
    assert container
    address = container.get_container_host_ip(), container.get_exposed_port(8080)
    wait_until(lambda: _connect(address), 30, "the reaper of testcontainers")


def _connect(address: tuple[str, int]) -> bool:
    with suppress(OSError):
        connection = socket.create_connection(address, timeout=2)
        connection.sendall(f"label={LABEL_SESSION_ID}={SESSION_ID}\r\n".encode())
        if connection.recv(16).startswith(b"ACK"):
            _held.append(connection)
            return True
        connection.close()
    return False
