"""The line to an outside site: to an address that was checked, and no longer than its deadline.

The check is on what is connected to: a name is looked up here, once for a call, each of its addresses must be public,
and one of these very addresses is connected to. So a name that leads elsewhere the next moment leads nowhere.
"""

# ruff: noqa: ARG002 - the names are httpcore's; the deadline stands in place of its time-outs

import time
from collections.abc import Iterable
from typing import Any

import httpcore

from services.notifications.formats.private_hosts import Allowed
from services.notifications.webhooks.http_client.dns_resolver import Resolve, Unresolved, resolve_here
from services.notifications.webhooks.http_client.ip_ranges import Address, is_public, unwrap
from services.notifications.webhooks.http_client.urls import read_literal

CONNECT_SECONDS = 5.0
MOST_ADDRESSES = 4
# Bytes of an answer, and those that are written at once.
MOST_READ = 64 * 1024
PIECE = 16 * 1024


class CallFailed(Exception):
    """A call that came to nothing; the message is one for the log."""


class Deadline:
    """A moment by which everything ends. A time-out of a socket alone would not do: a byte a second meets each."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left. Raises httpcore.TimeoutException where none are."""
        if (seconds := self.at - time.monotonic()) > 0:
            return seconds
        raise httpcore.TimeoutException


class BoundedStream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline, and that reads no more than it should."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.inner = inner
        self.deadline = deadline
        self.room = MOST_READ

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self.room:
            raise CallFailed("the answer's headers do not end")
        got = self.inner.read(min(max_bytes, self.room), self.deadline.left())
        self.room -= len(got)
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self.inner.write(buffer[start : start + PIECE], self.deadline.left())

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> "BoundedStream":
        return BoundedStream(self.inner.start_tls(ssl_context, server_hostname, self.deadline.left()), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


class BoundedBackend(httpcore.NetworkBackend):
    """Opens the line of one call."""

    def __init__(self, deadline: Deadline, *, allowed: Allowed, resolve: Resolve) -> None:
        self.deadline = deadline
        self.allowed = allowed
        self.resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> BoundedStream:
        """Connect to the first address that answers. Raises CallFailed where it must not be called."""
        until = Deadline(min(CONNECT_SECONDS, self.deadline.left()))
        addresses = self._look_up(host, port, until)[:MOST_ADDRESSES]
        while addresses:
            address, *addresses = addresses
            share = until.left() / (1 + len(addresses))
            try:
                return BoundedStream(httpcore.SyncBackend().connect_tcp(str(address), port, share), self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise
        raise CallFailed("the name has no address")

    def _look_up(self, host: str, port: int, until: Deadline) -> list[Address]:
        """The addresses to connect to, IPv4 first, since that is what everybody has."""
        try:
            if (host, port) in self.allowed:
                return resolve_here(host)
            literal = read_literal(host)
            found = [literal] if literal else self.resolve(host, until.left())
        except Unresolved:
            raise CallFailed("the name does not resolve") from None
        if not all(map(is_public, found)):
            raise CallFailed("the name leads to an address that is not public")
        return sorted(map(unwrap, found), key=lambda address: address.version)
