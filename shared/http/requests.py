"""What goes along with each request: its id, its trace, its line in the log, its metrics."""

import re
import secrets
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from shared import metrics

log = structlog.get_logger()

# Parts of a path that are worth a line; others, and every query, may hold an address or a token.
LOGGED = {"id", "slug", "name"}

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # https://www.w3.org/TR/trace-context/


def install(app: Flask, service: str) -> None:
    @app.before_request
    def begin() -> None:
        clear_contextvars()
        g.begun = time.perf_counter()
        bind_contextvars(request_id=_request_id(), traceparent=_traceparent())

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "none"
        metrics.REQUESTS.labels(service, request.method, route, response.status_code).inc()
        metrics.LATENCY.labels(service, route).observe(seconds)
        response.headers["X-Request-Id"] = structlog.contextvars.get_contextvars().get("request_id", "")
        if "/health/" not in route:
            log.info(
                "request",
                method=request.method,
                route=route,
                subject={name: value for name, value in (request.view_args or {}).items() if name in LOGGED},
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response


def _request_id() -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def _traceparent() -> str:
    given = request.headers.get("traceparent", "")
    return given if TRACEPARENT.fullmatch(given) else f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
