"""Sites of others may read the API in browsers, without credentials (CORS, in the Fetch standard)."""

from flask import Response, request
from flask_cors.core import DEFAULT_OPTIONS, get_cors_headers, serialize_options, set_cors_headers
from werkzeug.datastructures import Headers

EXPOSED = ["ETag", "Link", "X-Request-Id", "Location", "Retry-After"]
OPTIONS = serialize_options({**DEFAULT_OPTIONS, "send_wildcard": True, "expose_headers": EXPOSED})
# The same for everybody, so that flask-cors need not work it out for each request; preflights ask for more.
ALWAYS = list(get_cors_headers(OPTIONS, Headers(), "GET").items())


def allow_any_origin(response: Response) -> Response:
    """The response, with what lets the page of any site read it."""
    if request.method == "OPTIONS":
        return set_cors_headers(response, OPTIONS)
    response.headers.extend(ALWAYS)
    return response
