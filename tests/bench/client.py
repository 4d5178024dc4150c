"""One client that keeps its connection."""

import http.client
import time
from dataclasses import dataclass

import orjson


class UnexpectedAnswerError(Exception):
    """The measured system did not do what it should."""


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Client:
    """Asks the server at `port` of this machine."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, *, method: str = "GET", document: object = None, **headers: str) -> Got:
        """Whatever it answers; seconds until the whole answer was there."""
        body = None if document is None else orjson.dumps(document)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body:
            sent["Content-Type"] = "application/json"
        began = time.perf_counter()
        self.connection.request(method, path, body=body, headers=sent)
        response = self.connection.getresponse()
        read = response.read()
        return Got(response.status, dict(response.headers), read, time.perf_counter() - began)

    def get(self, path: str, **headers: str) -> Got:
        """Its answer, which is 200. Raises UnexpectedAnswerError."""
        got = self.ask(path, **headers)
        if got.status != 200:
            raise UnexpectedAnswerError(f"{got.status} to {path}: {got.body[:300].decode(errors='replace')}")
        return got
