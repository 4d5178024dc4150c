"""What goes along with each request: its id, its trace, its line in the log, its metrics."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from shared import logs, metrics, tracing
from shared import traceparent as w3c

# Parts of a path that are worth a line; others, and every query, may hold an address or a token.
LOGGED = {"id", "slug", "name"}

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

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
        g.span = trace(request.environ, _route())

    @app.after_request
    def end_request(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        asked = request.environ[ASKED] = Asked(
            request.method,
            _route(),
            {name: value for name, value in (request.view_args or {}).items() if name in LOGGED},
        )
        response.headers["X-Request-Id"] = get_contextvars().get("request_id", "")
        end(service, asked, response.status_code, seconds)
        if span := g.get("span"):
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                tracing.fail(span, str(response.status_code))
            span.end()
        return response


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "none"


def begin(environ: dict[str, Any]) -> None:
    """Let every line of the log, and every event, carry the request's id and trace."""
    clear_contextvars()
    bind_contextvars(**identify(environ))


def trace(environ: dict[str, Any], route: str) -> Any:
    """The span of a request, from which all that it causes follows; None where none are recorded, and for probes."""
    if tracing.tracer is None or "/health/" in route or route.endswith("/metrics"):
        return None
    method = metrics.method(environ["REQUEST_METHOD"])
    about = {"http.request.method": method, "http.route": route, "url.scheme": environ["wsgi.url_scheme"]}
    span = tracing.begin(f"{method} {route}", "server", parent=environ.get("HTTP_TRACEPARENT"), attributes=about)
    bind_contextvars(traceparent=tracing.traceparent_of(span, None))
    return span


def identify(environ: dict[str, Any]) -> dict[str, str]:
    """The request's id and trace: those that it brings, or new ones."""
    traceparent = w3c.read(environ.get("HTTP_TRACEPARENT")) or w3c.new()
    return {"request_id": id_of(environ), "traceparent": traceparent}


def id_of(environ: dict[str, Any]) -> str:
    """The id that the request brings, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and REQUEST_ID.fullmatch(given) else w3c.random_hex(128)


def end(service: str, asked: Asked, status: int, seconds: float) -> None:
    """Count what was answered, and log it."""
    metrics.REQUESTS.labels(service, metrics.method(asked.method), asked.route, status).inc()
    metrics.LATENCY.labels(service, asked.route).observe(seconds)
    if "/health/" not in asked.route:
        about = get_contextvars()
        ids = w3c.ids_of(about.pop("traceparent", None))
        logs.lines.info("request", datetime.now(UTC), **about, **ids, **describe(asked, status, seconds))
        logs.lines.flush()


def describe(asked: Asked, status: int, seconds: float) -> dict[str, Any]:
    """The members of its line in the log."""
    return {
        "method": asked.method,
        "route": asked.route,
        "subject": asked.subject,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
