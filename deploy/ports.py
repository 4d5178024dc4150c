"""Ports of this machine that nobody uses."""

import secrets
import socket

# below what Linux hands out for outgoing connections, so that a port which is free now stays free
LOWEST, HIGHEST = 20000, 31999

# Ports that this process was given and may not listen on yet. An abstract address of Linux is one process's at a time
# and gone with it, so that several processes that choose ports at once never choose the same.
_reserved: dict[int, socket.socket] = {}


def is_free(port: int) -> bool:
    """True if a server may listen on `port`, on every address of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ignore connections in TIME_WAIT
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def free_ports(names: list[str]) -> dict[str, int]:
    """Return a different free port for each name, and none of them again while this process runs."""
    ports: dict[str, int] = {}
    while len(ports) < len(names):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if _reserve(port) and is_free(port):
            ports[names[len(ports)]] = port
    return ports


def _reserve(port: int) -> bool:
    if port in _reserved:
        return False
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0convene-port-{port}")
    except OSError:
        mark.close()
        return False
    _reserved[port] = mark
    return True
