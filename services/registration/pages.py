"""Pages for people from templates; what people wrote is only ever a value in them, and escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, send_from_directory
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

pages = Blueprint("pages", __name__, url_prefix="/registration")


@pages.get("/pages.css")
def show_style() -> Response:
    return send_from_directory(FOLDER / "static", "pages.css", max_age=3600)


def respond(template: str, *, status: int = 200, cache_control: str = "no-store", **values: Any) -> Response:
    """A page as an answer."""
    text = _environment().get_template(template).render(values)
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = "en"
    response.headers["Cache-Control"] = cache_control
    return response


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
