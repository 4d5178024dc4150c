"""Checks before a view is entered: undeclared query parameters, and bodies that are too long or of another type."""

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, request

from shared.errors import Invalid

# Bytes of a body; as the gateway has it.
MAX_BODY = 1024 * 1024


def install(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_refuse_undeclared)


def _refuse_undeclared() -> None:
    view: Callable[..., Any] | None = current_app.view_functions.get(request.endpoint or "")
    environ = request.environ
    if view is None or environ["REQUEST_METHOD"] == "OPTIONS":
        return
    if environ.get("QUERY_STRING") and not getattr(view, "takes_query", False) and request.args:
        raise Invalid({name: ["Unknown parameter."] for name in request.args})
    chunked, length = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower(), request.content_length or 0
    if length > MAX_BODY or (chunked and _is_long()):
        abort(413)
    accepted = getattr(view, "consumes", None)
    if accepted and (length or chunked) and request.mimetype not in accepted:
        abort(415, description=f"Send {' or '.join(sorted(accepted))}.")
    if environ.get("HTTP_CONTENT_ENCODING"):
        abort(415, description="Bodies with a content encoding are not accepted.")


def _is_long() -> bool:
    """True if a body without a length is too long; werkzeug would truncate it without an error."""
    request.max_content_length = MAX_BODY + 1
    return len(request.get_data()) > MAX_BODY
