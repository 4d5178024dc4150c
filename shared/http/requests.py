"""What goes along with each request: its id, its trace, its line in the log, its metrics."""

import random
import re
import time
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from shared import metrics

log = structlog.get_logger()

# Parts of a path that are worth a line; others, and every query, may hold an address or a token.
LOGGED = {"id", "slug", "name"}

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # https://www.w3.org/TR/trace-context/

ASKED = "convene.asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is counted and logged by: its method, its route (never its path) and what it is about."""

    method: str
    route: str
    subject: dict[str, Any]


def install(app: Flask, service: str) -> None:
    @app.before_request
    def begin_request() -> None:
        g.begun = time.perf_counter()
        begin(request.environ)

    @app.after_request
    def end_request(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        asked = request.environ[ASKED] = Asked(
            request.method,
            request.url_rule.rule if request.url_rule else "none",
            {name: value for name, value in (request.view_args or {}).items() if name in LOGGED},
        )
        response.headers["X-Request-Id"] = get_contextvars().get("request_id", "")
        end(service, asked, response.status_code, seconds)
        return response


def begin(environ: dict[str, Any]) -> None:
    """Let every line of the log, and every event, carry the request's id and trace."""
    clear_contextvars()
    bind_contextvars(**identify(environ))


def identify(environ: dict[str, Any]) -> dict[str, str]:
    """The request's id and trace: those that it brings, or new ones."""
    return {"request_id": id_of(environ), "traceparent": trace_of(environ.get("HTTP_TRACEPARENT", ""))}


def id_of(environ: dict[str, Any]) -> str:
    """The id that the request brings, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and REQUEST_ID.fullmatch(given) else _random_hex(128)


def trace_of(given: str) -> str:
    """The trace that was brought, or a new one."""
    return given if TRACEPARENT.fullmatch(given) else f"00-{_random_hex(128)}-{_random_hex(64)}-01"


def _random_hex(bits: int) -> str:
    """Ids are no secrets, and asking the system for randomness lets go of the interpreter's lock each time."""
    return f"{random.getrandbits(bits):0{bits // 4}x}"


def end(service: str, asked: Asked, status: int, seconds: float) -> None:
    """Count what was answered, and log it."""
    metrics.REQUESTS.labels(service, asked.method, asked.route, status).inc()
    metrics.LATENCY.labels(service, asked.route).observe(seconds)
    if "/health/" not in asked.route:
        log.info("request", **describe(asked, status, seconds))


def describe(asked: Asked, status: int, seconds: float) -> dict[str, Any]:
    """The members of its line in the log."""
    return {
        "method": asked.method,
        "route": asked.route,
        "subject": asked.subject,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
