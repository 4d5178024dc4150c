"""Flask's test client, with responses whose JSON tests can read without asserting first that there is some."""

from typing import Any, Self, cast

from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class WebResponse(TestResponse, Response):
    """A response of a service in this process."""

    @property
    def json(self) -> Any:
        """The document in the body; None if the response is not JSON."""
        return self.get_json()


class WebClient(FlaskClient):
    """A client of a service in this process, without a network."""

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def open(self, *args: Any, **kwargs: Any) -> WebResponse:
        return cast("WebResponse", super().open(*args, **kwargs))

    def get(self, *args: Any, **kw: Any) -> WebResponse:
        return self.open(*args, method="GET", **kw)

    def head(self, *args: Any, **kw: Any) -> WebResponse:
        return self.open(*args, method="HEAD", **kw)

    def post(self, *args: Any, **kw: Any) -> WebResponse:
        return self.open(*args, method="POST", **kw)

    def put(self, *args: Any, **kw: Any) -> WebResponse:
        return self.open(*args, method="PUT", **kw)

    def patch(self, *args: Any, **kw: Any) -> WebResponse:
        return self.open(*args, method="PATCH", **kw)

    def delete(self, *args: Any, **kw: Any) -> WebResponse:
        return self.open(*args, method="DELETE", **kw)


def make_client(app: Flask) -> WebClient:
    """Return a client of `app`, with its own cookies."""
    return WebClient(app, WebResponse)
