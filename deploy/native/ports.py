"""Ports of this machine that nobody uses."""

import secrets
import socket

# below what Linux hands out for outgoing connections, so that a port which is free now stays free
LOWEST, HIGHEST = 20000, 31999


def is_free(port: int) -> bool:
    """Whether a server may listen on `port`, on every address of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # what closed connections leave behind is no obstacle
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def free_ports(names: list[str]) -> dict[str, int]:
    """A different free port for each name."""
    ports: dict[str, int] = {}
    while len(ports) < len(names):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if port not in ports.values() and is_free(port):
            ports[names[len(ports)]] = port
    return ports
