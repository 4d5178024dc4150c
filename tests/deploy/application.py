"""A WSGI application that tells which process answers, and on which processors; `/<number>/<folder>` is answered once
that many processes are there.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson

from tests.waiting import eventually


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _, number, *parts = environ["PATH_INFO"].split("/")
    answer = {"pid": os.getpid(), "processors": sorted(os.sched_getaffinity(0)), "met": False}
    if number:
        folder = Path("/", *parts)
        folder.mkdir(exist_ok=True)
        (folder / str(os.getpid())).touch()
        answer["met"] = eventually(lambda: len(list(folder.iterdir())) == int(number))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [orjson.dumps(answer)]
