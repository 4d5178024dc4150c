"""Context of each request: its id, its trace, its line in the access log, its metrics."""

import re
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, Response, request
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from shared import metrics, tracing
from shared import traceparent as w3c
from shared.http import access_log
from shared.http.access_log import AccessRecord, RequestInfo

# Parts of a path that are worth a line; others, and every query, may hold an address or a token.
LOGGED = {"id", "slug", "name"}

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

REQUEST_INFO, STARTED = "convene.asked", "convene.begun"


@dataclass(frozen=True, slots=True)
class StartedRequest:
    """A request that began at `at` (`time.perf_counter()`), with its id and trace, and its span if one is recorded."""

    at: float
    request_id: str
    traceparent: str | None
    span: Any


def install(app: Flask, service: str) -> None:
    @app.before_request
    def begin_request() -> None:
        environ, at = request.environ, time.perf_counter()
        identity = begin(environ)
        span = trace(environ, _route())
        traceparent = tracing.traceparent_of(span, identity["traceparent"])
        environ[STARTED] = StartedRequest(at, identity["request_id"], traceparent, span)

    @app.after_request
    def end_request(response: Response) -> Response:
        environ = request.environ
        begun: StartedRequest = environ[STARTED]
        subject = {name: value for name, value in (request.view_args or {}).items() if name in LOGGED}
        asked = environ[REQUEST_INFO] = RequestInfo(environ["REQUEST_METHOD"], _route(), subject)
        response.headers["X-Request-Id"] = begun.request_id
        end(service, asked, response.status_code, begun)
        if span := begun.span:
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                tracing.mark_failed(span, str(response.status_code))
            span.end()
        return response


def _route() -> str:
    rule = request.url_rule
    return rule.rule if rule else "none"


def begin(environ: dict[str, Any]) -> dict[str, str]:
    """Let every line of the log, and every event, carry the request's id and trace, which are returned."""
    identity = identify(environ)
    clear_contextvars()
    bind_contextvars(**identity)
    return identity


def trace(environ: dict[str, Any], route: str) -> Any:
    """The span of a request, from which all that it causes follows; None where none are recorded, and for probes."""
    if tracing.tracer is None or "/health/" in route or route.endswith("/metrics"):
        return None
    method = metrics.method_label(environ["REQUEST_METHOD"])
    about = {"http.request.method": method, "http.route": route, "url.scheme": environ["wsgi.url_scheme"]}
    span = tracing.start_span(f"{method} {route}", "server", parent=environ.get("HTTP_TRACEPARENT"), attributes=about)
    bind_contextvars(traceparent=tracing.traceparent_of(span, None))
    return span


def identify(environ: dict[str, Any]) -> dict[str, str]:
    """The request's id and trace: those that it brings, or new ones."""
    traceparent = w3c.parse(environ.get("HTTP_TRACEPARENT")) or w3c.generate()
    return {"request_id": request_id(environ), "traceparent": traceparent}


def request_id(environ: dict[str, Any]) -> str:
    """The id that the request brings, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    return given if given and REQUEST_ID.fullmatch(given) else w3c.random_hex(128)


def end(service: str, asked: RequestInfo, status: int, begun: StartedRequest) -> None:
    """Count the request, and log it."""
    counter, latency = _counted_by(service, metrics.method_label(asked.method), asked.route, status)
    seconds = time.perf_counter() - begun.at
    record = AccessRecord(
        asked, status, counter, latency, begun.request_id, begun.traceparent, time.time(), seconds, source=None
    )
    access_log.write([record])


@cache
def _counted_by(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Looked up once for each of the few that there are: routes, methods and statuses are the code's own."""
    return metrics.REQUESTS.labels(service, method, route, status), metrics.LATENCY.labels(service, route)
