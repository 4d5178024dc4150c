"""A WSGI application that answers a request with its number once there is a file of the same number in a folder: tests
decide when. `/<number>/<folder>`; without a number it answers at once.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.waiting import eventually


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _, number, *parts = environ["PATH_INFO"].split("/")
    if number:
        Path("/", *parts, f"began-{number}").touch()
        eventually((Path("/", *parts) / number).exists)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(number)))])
    return [number.encode()]
