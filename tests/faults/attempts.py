"""Registrations that are tried once, to see what is answered; who is not served asks again under the same key."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.history import Operation
from tests.faults.load import REGISTRATION, Load, wish

PATH = f"{REGISTRATION}/registrations"
PATIENCE = 12.0  # of a client; the gateway gives up after nine


@dataclass
class Attempt:
    operation: Operation
    request: dict[str, Any]
    answer: httpx.Response

    @property
    def told(self) -> tuple[int, bool]:
        """The status, and whether it says when to come again."""
        return self.answer.status_code, "Retry-After" in self.answer.headers


def attempt(load: Load, http: httpx.Client, session: str) -> Attempt:
    """Somebody new, once. Raises httpx.TransportError where nothing is answered in time."""
    person = load.people.next()
    operation = load.client.history.invoke("register", email=person.email, session=session, newsletter=False)
    request = {"json": wish(person, session), "headers": {"Idempotency-Key": str(uuid4())}}
    answer = http.post(load.client.origin + PATH, **request)
    if answer.is_success:
        state = {name: answer.json()[name] for name in ("id", "session")}
        load.client.history.note(operation, "ok", status=answer.status_code, **state)
    else:
        load.client.history.note(operation, "info", status=answer.status_code)
    return Attempt(operation, request, answer)


def attempt_at_once(load: Load, session: str, *, callers: int, seconds: float) -> list[Attempt]:
    """So many callers, each again and again for so long."""
    deadline = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=callers)

    def repeat(_: int) -> list[Attempt]:
        attempts = [attempt(load, http, session)]
        while time.monotonic() < deadline:
            attempts.append(attempt(load, http, session))
        return attempts

    with httpx.Client(timeout=PATIENCE, limits=limits, trust_env=False) as http, ThreadPoolExecutor(callers) as pool:
        return [one for attempts in pool.map(repeat, range(callers)) for one in attempts]


def ask_again(load: Load, attempts: list[Attempt]) -> None:
    """Everybody who was not served, until they are."""
    unserved = [one for one in attempts if not one.operation.acknowledged]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: load.client.act(one.operation, "POST", PATH, **one.request), unserved))
