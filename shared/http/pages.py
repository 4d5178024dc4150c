"""Pages for people from templates; what people wrote is only ever a value in them, and escaped.

A service's templates stand in its folder `templates`, and extend `layout.html` of this one. All services have one
style, each under its own path, so that none needs another to be there.
"""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, send_from_directory
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import runtime

FOLDER = Path(__file__).parent
SERVICES = FOLDER.parents[1] / "services"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def style(service: str) -> Blueprint:
    """`/<service>/pages.css`."""
    pages = Blueprint("style", __name__, url_prefix=f"/{service}")

    @pages.get("/pages.css")
    def show_style() -> Response:
        return send_from_directory(FOLDER / "static", "pages.css", max_age=3600)

    return pages


def respond(template: str, *, status: int = 200, cache_control: str = "no-store", **values: Any) -> Response:
    """A page of the running service as an answer."""
    service = runtime.current().service
    text = _environment(service).get_template(template).render(values, service=service)
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = "en"
    response.headers["Cache-Control"] = cache_control
    return response


@cache
def _environment(service: str) -> Environment:
    return Environment(
        loader=FileSystemLoader([SERVICES / service / "templates", FOLDER / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
