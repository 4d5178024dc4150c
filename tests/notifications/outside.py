"""Outside sites for tests: servers with scripted responses, and webhooks to them."""

import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row

from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.deliveries.queries import insert_ping
from services.notifications.webhooks.endpoints import domain
from services.notifications.webhooks.endpoints.queries import Webhook
from services.notifications.webhooks.http_client.client import CallResult, WebhookClient
from services.notifications.webhooks.payloads import PING
from services.notifications.webhooks.sending import queries
from services.notifications.webhooks.sending.domain import settle
from services.notifications.webhooks.sending.jobs import POOLS, WebhookSender
from services.notifications.webhooks.sending.queries import ClaimedDelivery
from shared import runtime
from tests.notifications.post_office import PostOffice

URL = "https://www.library.example/hooks/learning"
WANTED: dict[str, Any] = {
    "url": URL,
    "owner_name": "Ann Ünal",
    "owner_email": "ann@library.example",
    "description": "Our calendar",
    "types": ["catalog.*"],
    "filters": {},
}
# Seconds for which a call may last in tests, where nothing answers on purpose.
PATIENCE = 1.0


@dataclass(frozen=True)
class Request:
    """A request that a site received; header names are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


# A reaction to a request; the event is set when the test is over.
Behavior = Callable[[socket.socket, threading.Event], None]


def status(code: int, **headers: str) -> Behavior:
    """Answers with this status, and nothing else."""
    lines = [f"HTTP/1.1 {code} X", "Content-Length: 0", *[f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]]
    return says("\r\n".join([*lines, "", ""]).encode())


def says(answer: bytes) -> Behavior:
    """Answers with these bytes."""
    return lambda line, _over: line.sendall(answer)


def hangs(_line: socket.socket, over: threading.Event) -> None:
    """Says nothing."""
    over.wait()


def answers_late(line: socket.socket, over: threading.Event) -> None:
    """Takes it, once the test says so."""
    hangs(line, over)
    status(204)(line, over)


def drips(line: socket.socket, over: threading.Event) -> None:
    """A byte now and then, always before anybody's patience with a single one ends; the answer never does."""
    line.sendall(b"HTTP/1.1 200 X\r\nX-Slow: ")
    while not over.wait(PATIENCE / 20):
        line.sendall(b"x")


def floods(opening: bytes, piece: bytes) -> Behavior:
    """An answer without an end, as fast as it goes."""

    def flood(line: socket.socket, over: threading.Event) -> None:
        line.sendall(opening)
        while not over.is_set():
            line.sendall(piece)

    return flood


class Site:
    """A server on loopback. It does what `script` says for one request each, then always `usual`; a `deaf` one
    does not even read.
    """

    def __init__(self, encryption: ssl.SSLContext | None = None) -> None:
        self.encryption = encryption
        self.usual: Behavior = status(204)
        self.script: deque[Behavior] = deque()
        self.requests: list[Request] = []
        self.connections = 0
        self.deaf = False
        self.over = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The `webhook-id` of each request."""
        return [request.headers["webhook-id"] for request in self.requests]

    def close(self) -> None:
        self.over.set()
        self.server.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self.server.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with suppress(OSError, ValueError), line:
            if self.encryption:
                line = self.encryption.wrap_socket(line, server_side=True)
            if self.deaf:
                self.over.wait()
            self.requests.append(read_request(line))
            behave = self.script.popleft() if self.script else self.usual
            behave(line, self.over)


def read_request(line: socket.socket) -> Request:
    """Read one request with its body. Raises ValueError if the connection ends before it is complete: the caller was
    killed, and half a request is none.
    """
    reader = line.makefile("rb")
    first = _line(reader)
    headers: dict[str, str] = {}
    while text := _line(reader):
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(length := int(headers.get("content-length", 0)))
    if len(body) < length:
        raise ValueError("the body is cut off")
    return Request(first, headers, body)


def _line(reader: BufferedReader) -> str:
    text = reader.readline()
    if not text.endswith(b"\n"):
        raise ValueError("the connection ended within a line")
    return text.decode().strip()


class Switchboard(PostOffice):
    """Notifications on a database of its own, with webhooks to sites on loopback."""

    def hook(self, site: Site | str, **changes: Any) -> tuple[Webhook, str]:
        """A webhook to this site or URL, and its secret."""
        wanted = {**WANTED, "url": site if isinstance(site, str) else site.url, **changes}
        with self.conn.transaction():
            return domain.create(self.conn, self.settings, wanted)

    def caller(self) -> WebhookSender:
        """A sender of webhooks whose calls end soon."""

        def make(settings: NotificationsSettings) -> WebhookClient:
            return WebhookClient(allowed=domain.parse_allowed(settings.webhook_allow), seconds=PATIENCE)

        self.senders.append(sender := WebhookSender(make))  # pyright: ignore[reportArgumentType]
        return sender

    def call(self, sender: WebhookSender | None = None) -> None:
        """Send what is due, whatever was postponed, until every call has ended."""
        self.conn.execute("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE state = 'retry'")
        sender = sender or self.caller()
        with runtime.use(self.runtime):
            while sender.send_due():
                pass

    def webhook(self, id: UUID) -> Webhook:
        return domain.find(self.conn, id)

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery's row, in the order in which they were queued."""
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute("SELECT * FROM webhook_deliveries ORDER BY position").fetchall()

    def delivery(self) -> dict[str, Any]:
        """The only delivery's row."""
        [row] = self.deliveries()
        return row


def claim(conn: psycopg.Connection[Any]) -> list[ClaimedDelivery]:
    """Claim what is due as a sender would."""
    return [
        one
        for lane in POOLS
        for one in queries.claim(conn, number=1, lease=60, slow=lane.slow, each=lane.each, limit=lane.calls)
    ]


def answer_once(conn: psycopg.Connection[Any], answer: CallResult) -> str:
    """Let the only delivery that is due, or is postponed, be answered so; its new state."""
    conn.execute("UPDATE webhook_deliveries SET next_attempt_at = clock_timestamp() WHERE state = 'retry'")
    [claimed] = claim(conn)
    return settle(conn, claimed, answer)


def disable_a_webhook(conn: psycopg.Connection[Any], settings: NotificationsSettings) -> None:
    """A webhook that is called no more, by what the site answered to a test message."""
    made, _ = domain.create(conn, settings, WANTED)
    insert_ping(conn, made.id, event_id=uuid4(), type=PING, sequence=1, body="{}")
    answer_once(conn, CallResult(status=410, error="answered 410"))
