"""How everybody of the load calls: under a key, again until the answer is definite, with everything recorded."""

import time
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.history import History, Operation

PATIENCE = 120.0
# The system is busy, away, or still at work on the same request.
PASSING = (429, 500, 502, 503, 504)


class Client:
    """Calls the site at `origin`; `token` is that of staff. Safe for threads."""

    def __init__(self, origin: str, token: str, history: History) -> None:
        self.origin = origin
        self.staff = {"Authorization": f"Bearer {token}"}
        self.history = history
        self.http = httpx.Client(timeout=12, trust_env=False, limits=httpx.Limits(max_connections=64))

    def act(self, operation: Operation, method: str, path: str, **request: Any) -> httpx.Response | None:
        """Do what `operation` stands for; None where it stays unknown whether it was done."""
        headers = {"Idempotency-Key": str(uuid4()), **request.pop("headers", {})}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            response = self._try(operation, method, path, headers=headers, **request)
            if response is not None:
                phase = "ok" if response.is_success else "fail"
                self.history.note(operation, phase, status=response.status_code, **_described(response))
                return response
            time.sleep(0.3)
        return None

    def read(self, path: str, *, staff: bool = False) -> httpx.Response | None:
        """Read something once; None where that fails."""
        try:
            response = self.http.get(self.origin + path, headers=self.staff if staff else {})
        except httpx.TransportError:
            return None
        return response if response.is_success else None

    def _try(self, operation: Operation, method: str, path: str, **request: Any) -> httpx.Response | None:
        try:
            response = self.http.request(method, self.origin + path, **request)
        except httpx.TransportError as error:
            self.history.note(operation, "info", error=type(error).__name__)
            return None
        if response.status_code in PASSING or _still_at_work(response):
            self.history.note(operation, "info", status=response.status_code)
            return None
        return response


def _still_at_work(response: httpx.Response) -> bool:
    return response.status_code == 409 and response.json().get("type", "").endswith(":request-in-progress")


def _described(response: httpx.Response) -> dict[str, Any]:
    """What the checker needs of an answer."""
    if not response.headers.get("Content-Type", "").startswith(("application/json", "application/problem+json")):
        return {}
    answer = response.json()
    wanted = ("id", "status", "position", "session", "type", "done", "viewed", "errors", "revision")
    told = {name: answer[name] for name in wanted if name in answer}
    return {("state" if name == "status" else name): value for name, value in told.items()}
