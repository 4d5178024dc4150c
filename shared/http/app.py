"""The Flask application of a service, with all that every service's has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import flask
import orjson
import prometheus_client
import secure
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from psycopg import Connection
from werkzeug.routing import RequestRedirect

from shared import health, metrics, runtime, strict_json
from shared.cache_version import CacheVersion, CacheVersionMonitor
from shared.http import (
    audit_api,
    operations,
    ops_pages,
    pages,
    problems,
    request_checks,
    request_context,
    response_cache,
    signin,
    swagger_ui,
)
from shared.http.blueprint import Blueprint


class StrictProvider(JSONProvider):
    """Writes by orjson, which is faster, and reads no more than JSON."""

    def dumps(self, obj: Any, *, sort_keys: bool = False, **_: Any) -> str:
        return orjson.dumps(obj, default=str, option=orjson.OPT_SORT_KEYS if sort_keys else None).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return strict_json.parse(s)


class App(Flask):
    """Flask, for views that are all plain functions: it asks so of each, at each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def build(
    present: runtime.Runtime,
    blueprints: Iterable[flask.Blueprint],
    *,
    cache_version: Callable[[Connection], CacheVersion] | None = None,
    fast_paths: Mapping[str, response_cache.FastPathView] = MappingProxyType({}),
    metric_queries: Sequence[metrics.MetricsQuery] = (),
) -> Flask:
    """The application of this service, not connected to anything yet; with a `cache_version` it keeps answers, and lets
    `fast_paths` views answer before Flask.
    """
    app = App(present.service, static_folder=None)
    app.json = StrictProvider(app)
    app.config.update(_openapi(present))
    request_context.install(app, present.service)
    request_checks.install(app)
    problems.install(app)
    api = problems.Api(app)
    api.spec.components.security_scheme("staff", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for blueprint in (*blueprints, audit_api.blueprint(present.service), operations.blueprint(present.service)):
        # Pages are no part of the API or its OpenAPI document.
        (api if isinstance(blueprint, Blueprint) else app).register_blueprint(blueprint)
    for further in (swagger_ui.blueprint, pages.static, signin.blueprint, ops_pages.blueprint):
        app.register_blueprint(further(present.service))
    signin.install(app, present.settings)
    _add_probes(app, present, metric_queries)
    _add_security_headers(app, present)
    _lead_within_the_site(app)
    app.wsgi_app = _within(present, app.wsgi_app)
    if cache_version:
        _keep_answers(app, present, cache_version, fast_paths)
    return app


def _keep_answers(
    app: Flask,
    present: runtime.Runtime,
    cache_version: Callable[[Connection], CacheVersion],
    fast_paths: Mapping[str, response_cache.FastPathView],
) -> None:
    def read() -> CacheVersion:
        with runtime.use(present), runtime.connection() as conn:
            return cache_version(conn)

    present.memory[CacheVersionMonitor] = versions = CacheVersionMonitor(read, seconds=present.settings.stamp_seconds)
    size = present.settings.answers_megabytes * 1024 * 1024
    answers = response_cache.ResponseCache(app.wsgi_app, present, versions=versions, size=size, fast_paths=fast_paths)
    present.memory[response_cache.ResponseCache] = app.wsgi_app = answers
    app.before_request(response_cache.raise_failure)


def _openapi(present: runtime.Runtime) -> dict[str, Any]:
    return {
        "API_TITLE": f"Convene: {present.service}",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": f"/{present.service}/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {"servers": [{"url": present.settings.public_url}]},
        "PROPAGATE_EXCEPTIONS": False,
    }


def _within(present: runtime.Runtime, inner: Callable[..., Any]) -> Callable[..., Any]:
    def wsgi_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        with runtime.use(present):
            return inner(environ, start_response)

    return wsgi_app


def _add_probes(app: Flask, present: runtime.Runtime, metric_queries: Sequence[metrics.MetricsQuery]) -> None:
    prefix = f"/{present.service}"

    @app.get(f"{prefix}/health/live")
    def live() -> dict[str, str]:
        return {"status": "alive"}

    @app.get(f"{prefix}/health/ready")
    def ready() -> tuple[dict[str, Any], int]:
        # Not the broker: while it is away the outbox takes what happens, and requests are answered.
        return health.report({"database": health.check_database(present)})

    @app.get(f"{prefix}/metrics")
    def measure() -> Response:
        body = prometheus_client.generate_latest(metrics.registry_of(present, "api", metric_queries=metric_queries))
        return Response(body, content_type=prometheus_client.CONTENT_TYPE_LATEST)


def _add_security_headers(app: Flask, present: runtime.Runtime) -> None:
    headers = secure.Secure(
        csp=secure.ContentSecurityPolicy().default_src("'none'").frame_ancestors("'none'"),
        referrer=secure.ReferrerPolicy().no_referrer(),
        xcto=secure.XContentTypeOptions().nosniff(),
        hsts=secure.StrictTransportSecurity().max_age(31536000) if present.settings.https else None,
    ).headers

    @app.after_request
    def protect(response: Response) -> Response:
        said = {name.lower() for name, _ in response.headers}
        response.headers.extend([(name, value) for name, value in headers.items() if name.lower() not in said])
        return response


def _lead_within_the_site(app: Flask) -> None:
    @app.after_request
    def lead(response: Response) -> Response:
        """To the path that was meant (`/staff` for `/staff/`), of the site on which the reader is: the router would
        name the host, which is whatever the request says.
        """
        if isinstance(error := request.routing_exception, RequestRedirect):
            meant = urlsplit(error.new_url)
            response.headers["Location"] = urlunsplit(("", "", meant.path, meant.query, ""))
            response.set_data(b"")
        return response
