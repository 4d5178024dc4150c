"""Pages for people: blueprints of them, and answers from templates, in which what people wrote is only ever a value,
and escaped.

A service's templates are in its folder `templates`, and extend `layout.html` of this one; its scripts and styles in
its folder `static`, beside those of this one. Each service gives all of them under its own path, so that none needs
another to be there.
"""

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, abort, g, request, send_from_directory
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import i18n, runtime
from shared.date_labels import label_timestamp
from shared.errors import Invalid, TooMany
from shared.http import signin
from shared.http.forms import nest, reject_cross_site

FOLDER = Path(__file__).parent
SERVICES = FOLDER.parents[1] / "services"
SITE = "Convene"
HTML = "text/html; charset=utf-8"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# A file whose URL holds this digest never changes.
IMMUTABLE = "public, max-age=31536000, immutable"


class Pages(Blueprint):
    """A blueprint of pages. Their forms are taken from this site alone; parameters that nobody knows are ignored, since
    people share addresses to which others have added some.
    """

    def __init__(self, name: str, *, url_prefix: str) -> None:
        super().__init__(name, __name__, url_prefix=url_prefix)
        self.before_request(reject_cross_site)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        if view_func is not None:
            vars(view_func).update(takes_query=True)
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)

    def form(self, rule: str) -> Callable[..., Any]:
        """A route that takes a form by POST."""

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            vars(view).update(consumes={FORM, MULTIPART})
            return self.post(rule)(view)

        return decorate

    def staff(self, scope: str) -> Callable[..., Any]:
        """Let only staff in who are signed in and have `scope`; others are led to sign in. The actor is
        `auth.actor()`.
        """

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                return signin.require_staff(scope) or view(*args, **kwargs)

            vars(guarded).update(scope=scope)
            return guarded

        return decorate


def respond(
    template: str,
    *,
    status: int = 200,
    cache_control: str = "no-store",
    policy: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    """A page of the running service as an answer; `policy` adds to its Content-Security-Policy, by directive."""
    response = Response(render(template, **values), status, content_type=HTML)
    response.headers["Cache-Control"] = cache_control
    if status == TooMany.status and (seconds := g.get("retry_after")):
        response.headers["Retry-After"] = str(seconds)
    return protect(response, policy)


def protect(response: Response, policy: dict[str, str] | None = None) -> Response:
    """Put on a page what keeps browsers from doing what no page of ours wants (CSP 3)."""
    allowed = {**POLICY, **(policy or {})}
    if elsewhere := g.get("forms_lead_to"):
        allowed["form-action"] += f" {elsewhere}"
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in allowed.items())
    response.headers["Content-Language"] = i18n.current_locale().replace("_", "-")
    return response


def render(template: str, **values: Any) -> str:
    """The text of a template of the running service."""
    service = runtime.current().service
    given = {"service": service, "site": SITE, "staff": g.get("staff"), "path": request.path}
    return environment(service).get_template(template).render({**given, **values})


def prefers_html() -> bool:
    """True if the request is outside of the API, and its client prefers HTML."""
    accepted = request.accept_mimetypes
    return "/v1/" not in request.path and accepted.quality("text/html") > accepted.quality("application/problem+json")


def parse_query(schema: ma.Schema) -> dict[str, Any]:
    """Return the query parameters as the schema loads them, ignoring unknown ones. Raises Invalid."""
    # A box that is not there was not left empty.
    sent = nest(schema, request.args)
    given = {name: value for name, value in sent.items() if value is not False or request.args.get(name)}
    try:
        found: Any = schema.load(given, unknown=ma.EXCLUDE)
    except ma.ValidationError as error:
        raise Invalid(error.normalized_messages()) from None
    return found


def static(service: str) -> Blueprint:
    """`/<service>/static/<digest>/<name>`."""
    files = Blueprint("static", __name__, url_prefix=f"/{service}")

    @files.get("/static/<digest>/<path:name>")
    def show_asset(digest: str, name: str) -> Response:
        """A script, a style or a picture."""
        folder = _folder_of(service, name)
        if folder is None:
            abort(404)
        response = send_from_directory(folder, name, max_age=60)
        if digest == _digest(service, name):
            response.headers["Cache-Control"] = IMMUTABLE
        return response

    return files


def asset(name: str) -> str:
    """The address of a file in `static`, which changes with the file."""
    service = runtime.current().service
    return f"/{service}/static/{_digest(service, name)}/{name}"


@cache
def _digest(service: str, name: str) -> str:
    folder = _folder_of(service, name)
    assert folder, f"no static file {name}"
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]


@cache
def _folder_of(service: str, name: str) -> Path | None:
    """Which folder holds the file; a service's own comes first."""
    for folder in (SERVICES / service / "static", FOLDER / "static"):
        path = (folder / name).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return folder
    return None


@cache
def environment(service: str) -> Environment:
    """The templates of a service, and what all of them may use."""
    made = Environment(
        loader=FileSystemLoader([SERVICES / service / "templates", FOLDER / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
    )
    made.globals.update(asset=asset)
    made.filters["timestamp"] = label_timestamp
    i18n.install(made)
    return made
