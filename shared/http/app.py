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

from shared import health, jsontext, metrics, runtime
from shared.freshness import Freshness, Stamp
from shared.http import audit, backstage, docs, kept, operations, pages, problems, requests, signin, strict
from shared.http.blueprint import Blueprint


class StrictProvider(JSONProvider):
    """Writes by orjson, which is faster, and reads no more than JSON."""

    def dumps(self, obj: Any, *, sort_keys: bool = False, **_: Any) -> str:
        return orjson.dumps(obj, default=str, option=orjson.OPT_SORT_KEYS if sort_keys else None).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return jsontext.read(s)


class App(Flask):
    """Flask, for views that are all plain functions: it asks so of each, at each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def build(
    present: runtime.Runtime,
    blueprints: Iterable[flask.Blueprint],
    *,
    stamp: Callable[[Connection], Stamp] | None = None,
    direct: Mapping[str, kept.DirectView] = MappingProxyType({}),
    measures: Sequence[metrics.Measure] = (),
) -> Flask:
    """The application of this service, not connected to anything yet; with a `stamp` it keeps answers, and lets
    `direct` views answer before Flask.
    """
    app = App(present.service, static_folder=None)
    app.json = StrictProvider(app)
    app.config.update(_openapi(present))
    requests.install(app, present.service)
    strict.install(app)
    problems.install(app)
    api = problems.Api(app)
    api.spec.components.security_scheme("staff", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for blueprint in (*blueprints, audit.blueprint(present.service), operations.blueprint(present.service)):
        # What is for people is no part of the API, and of its document.
        (api if isinstance(blueprint, Blueprint) else app).register_blueprint(blueprint)
    for further in (docs.blueprint, pages.static, signin.blueprint, backstage.blueprint):
        app.register_blueprint(further(present.service))
    signin.install(app, present.settings)
    _add_probes(app, present, measures)
    _add_security_headers(app, present)
    _lead_within_the_site(app)
    app.wsgi_app = _within(present, app.wsgi_app)
    if stamp:
        _keep_answers(app, present, stamp, direct)
    return app


def _keep_answers(
    app: Flask,
    present: runtime.Runtime,
    stamp: Callable[[Connection], Stamp],
    direct: Mapping[str, kept.DirectView],
) -> None:
    def read() -> Stamp:
        with runtime.use(present), runtime.connection() as conn:
            return stamp(conn)

    present.memory[Freshness] = freshness = Freshness(read, seconds=present.settings.stamp_seconds)
    size = present.settings.answers_megabytes * 1024 * 1024
    answers = kept.Kept(app.wsgi_app, present, freshness=freshness, size=size, direct=direct)
    present.memory[kept.Kept] = app.wsgi_app = answers
    app.before_request(kept.raise_failure)


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


def _add_probes(app: Flask, present: runtime.Runtime, measures: Sequence[metrics.Measure]) -> None:
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
        body = prometheus_client.generate_latest(metrics.registry_of(present, "api", measures=measures))
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
