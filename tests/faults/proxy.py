"""A TCP proxy between two parts of the system, whose line is cut, delayed or left half-open while they use it.

All proxies of a run share one thread with an event loop. Whoever injects faults calls them from a thread of its own:
every method returns when the fault is there. Faults add up until `heal()`.
"""

import asyncio
import random
import re
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar

from deploy.ports import free_ports

T = TypeVar("T")

# `up` is from the client to the upstream, `down` is the way back.
Direction = Literal["up", "down"]

# What `cut_after` waits for to hit the moment at which one side knows what the other does not.
POSTGRES_COMMIT = b"COMMIT\0"
AMQP_ACK = b"\x00\x3c\x00\x50"  # class 60, method 80: down it is a publisher's confirm, up a consumer's acknowledgement
SMTP_ACCEPTED = re.compile(rb"354[^\n]*\n250[ -]")

HOST = "127.0.0.1"
CHUNK = 65536
REMEMBERED = 256  # bytes that have passed, in which the beginning of a pattern may stand
NO_LINGER, LINGER = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)


@dataclass
class Trigger:
    """Cuts a connection when `pattern` passes in `direction`, so many `times`."""

    pattern: re.Pattern[bytes]
    direction: Direction
    before: bool
    times: int


class Link:
    """One connection through a proxy, and the task that carries it. `hung`: something was held back for ever."""

    def __init__(self, carry: Callable[["Link"], Coroutine[Any, Any, None]]) -> None:
        self.passed: dict[Direction, bytes] = {"up": b"", "down": b""}
        self.hung = False
        self.task = asyncio.create_task(carry(self))

    async def hang(self) -> None:
        """Until it is cut."""
        self.hung = True
        await asyncio.get_running_loop().create_future()


class Cut(Exception):
    """A trigger found its pattern."""


class Proxy:
    """One listener on 127.0.0.1 and what goes through it. `bytes` were forwarded, `cuts` connections were reset."""

    def __init__(self, name: str, upstream_port: int, port: int, do: Callable[[Coroutine[Any, Any, T]], T]) -> None:
        self.name = name
        self.upstream_port = upstream_port
        self.port = port or free_ports(["it"])["it"]
        self.bytes = 0
        self.cuts = 0
        self._do: Any = do
        self._links: set[Link] = set()
        self._accepting: asyncio.Task[None] | None = None
        self._make_well()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._links)

    def heal(self) -> None:
        """Forward everything again. What a fault left hanging is reset: its bytes are lost."""
        self._do(self._heal())

    def refuse(self) -> None:
        """Nobody listens, and what was connected is reset."""
        self._do(self._refuse())

    def cut(self) -> None:
        """Reset every connection; new ones pass."""
        self._do(self._cut(self._links))

    def blackhole(self) -> None:
        """Connections are taken and stay open, and nothing comes through, not even that one side has left."""
        self._do(self._set(_stalled={"up", "down"}))

    def half_open(self, direction: Direction) -> None:
        """As `blackhole`, in one direction."""
        self._do(self._set(_stalled={direction}))

    def delay(self, seconds: float, jitter: float = 0) -> None:
        """Everything comes so much later, give or take `jitter`."""
        self._do(self._set(_delay=seconds, _jitter=jitter))

    def trickle(self, bytes_per_second: float) -> None:
        """No more than that comes through, in each direction of each connection."""
        self._do(self._set(_rate=bytes_per_second))

    def cut_after(
        self, pattern: bytes | re.Pattern[bytes], direction: Direction = "down", *, before: bool, times: int = 1
    ) -> None:
        """Reset a connection when `pattern` passes: `before` the receiver has it all, or as soon as it has."""
        compiled = re.compile(re.escape(pattern)) if isinstance(pattern, bytes) else pattern
        self._do(self._set(_trigger=Trigger(compiled, direction, before, times)))

    def _make_well(self) -> None:
        self._stalled: set[Direction] = set()
        self._delay = self._jitter = 0.0
        self._rate: float | None = None
        self._trigger: Trigger | None = None

    async def _set(self, **changes: Any) -> None:
        vars(self).update(changes)

    async def _heal(self) -> None:
        self._make_well()
        await self._cut({link for link in self._links if link.hung})
        await self._listen()

    async def _refuse(self) -> None:
        if self._accepting:
            self._accepting.cancel()
            await asyncio.wait({self._accepting})
            self._accepting = None
        await self._cut(self._links)

    async def _cut(self, links: set[Link]) -> None:
        self.cuts += len(links)
        tasks = [link.task for link in links]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _listen(self) -> None:
        if self._accepting is None:
            listener = socket.create_server((HOST, self.port), backlog=128)
            listener.setblocking(False)
            self._accepting = asyncio.create_task(self._accept(listener))

    async def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                client, _ = await asyncio.get_running_loop().sock_accept(listener)
                Link(lambda link, client=client: self._carry(link, client))

    async def _carry(self, link: Link, client: socket.socket) -> None:
        """Join a client to the upstream until both have ended; reset both where one is reset, or where we cut."""
        upstream = socket.socket()
        upstream.setblocking(False)
        for end in (client, upstream):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self._links.add(link)
        try:
            await self._join(link, client, upstream)
            for end in (client, upstream):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        except* (OSError, Cut):
            pass
        finally:
            self._links.discard(link)
            client.close()
            upstream.close()

    async def _join(self, link: Link, client: socket.socket, upstream: socket.socket) -> None:
        """Returns when both have ended. Raises OSError, or a group of OSError and Cut."""
        if len(self._stalled) == 2:
            await link.hang()
        await asyncio.get_running_loop().sock_connect(upstream, (HOST, self.upstream_port))
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pump(link, "up", client, upstream))
            both.create_task(self._pump(link, "down", upstream, client))

    async def _pump(self, link: Link, direction: Direction, source: socket.socket, sink: socket.socket) -> None:
        """Forward until the source has ended, and tell the sink that it has. Raises OSError or Cut."""
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(source, CHUNK):
            trigger = self._met(link, direction, data)
            if trigger and trigger.before:
                raise Cut
            await self._hinder(link, direction)
            await self._send(sink, data)
            if trigger:
                raise Cut
        await self._hinder(link, direction)
        sink.shutdown(socket.SHUT_WR)

    async def _hinder(self, link: Link, direction: Direction) -> None:
        if self._delay or self._jitter:
            await asyncio.sleep(max(0.0, self._delay + random.uniform(-self._jitter, self._jitter)))
        if direction in self._stalled:
            await link.hang()

    async def _send(self, sink: socket.socket, data: bytes) -> None:
        """All of it, in slices of a twentieth of a second where there is a rate."""
        while data:
            rate = self._rate
            size = max(1, int(rate / 20)) if rate else len(data)
            if rate:
                await asyncio.sleep(min(size, len(data)) / rate)
            await asyncio.get_running_loop().sock_sendall(sink, data[:size])
            self.bytes += len(data[:size])
            data = data[size:]

    def _met(self, link: Link, direction: Direction, data: bytes) -> Trigger | None:
        """The trigger, where these bytes complete its pattern; it counts as a cut."""
        seen = link.passed[direction]
        link.passed[direction] = (seen + data)[-REMEMBERED:]
        trigger = self._trigger
        if trigger is None or trigger.direction != direction or trigger.times <= 0:
            return None
        if not any(match.end() > len(seen) for match in trigger.pattern.finditer(seen + data)):
            return None
        trigger.times -= 1
        self.cuts += 1
        return trigger


class Proxies:
    """The proxies of a run, and the thread that serves them until the block ends."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self.by_name: dict[str, Proxy] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def add(self, name: str, upstream_port: int, port: int = 0) -> Proxy:
        """A proxy that listens from now on, at `port` or at a free one."""
        proxy = self.by_name[name] = Proxy(name, upstream_port, port, self._do)
        proxy.heal()
        return proxy

    def __exit__(self, *_: object) -> None:
        for proxy in self.by_name.values():
            proxy.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it in the thread of the proxies, and wait for that."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
