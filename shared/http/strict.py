"""What is refused before a view is entered: undeclared query parameters, and bodies that are too long or of another
type.
"""

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
    if view is None or request.method == "OPTIONS":
        return
    if request.args and not getattr(view, "takes_query", False):
        raise Invalid({name: ["Unknown parameter."] for name in request.args})
    _refuse_long()
    accepted = getattr(view, "consumes", None)
    has_body = bool(request.content_length) or _is_chunked()
    if accepted and has_body and request.mimetype not in accepted:
        abort(415, description=f"Send {' or '.join(sorted(accepted))}.")
    if request.content_encoding:
        abort(415, description="Bodies with a content encoding are not accepted.")


def _refuse_long() -> None:
    if (request.content_length or 0) > MAX_BODY:
        abort(413)
    if _is_chunked():
        # Of a body that does not say its length, werkzeug would hand on as much as is allowed, as if it were all.
        request.max_content_length = MAX_BODY + 1
        if len(request.get_data()) > MAX_BODY:
            abort(413)


def _is_chunked() -> bool:
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower()
