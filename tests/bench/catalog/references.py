"""The references of the catalog: a WSGI function and a Flask route that only return bytes, under the same gunicorn,
and nginx that serves them from a file.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response

ANSWERS = "BENCH_ANSWERS"  # the variable that names the file with the answers
KEPT = ("Content-Type", "ETag", "Cache-Control")


@dataclass(frozen=True)
class Answer:
    """The response of a reference, with those headers of the catalog that caches need."""

    status: str
    headers: dict[str, str]
    body: bytes


def save(file: Path, answers: dict[str, Answer]) -> None:
    """Keep answers by their paths for the processes of a reference."""
    file.write_text(json.dumps({path: [a.status, a.headers, a.body.decode()] for path, a in answers.items()}))


def load() -> dict[str, Answer]:
    kept = json.loads(Path(os.environ[ANSWERS]).read_text())
    return {path: Answer(status, headers, body.encode()) for path, (status, headers, body) in kept.items()}


def create_wsgi() -> Callable[..., Any]:
    """Returns the answer of a path, and does nothing else."""
    answers = {
        path: (answer.status, [*answer.headers.items(), ("Content-Length", str(len(answer.body)))], [answer.body])
        for path, answer in load().items()
    }

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        status, headers, body = answers[environ["PATH_INFO"]]
        start_response(status, headers)
        return body

    return application


def create_flask() -> Flask:
    """Returns the same answer to whatever it is asked."""
    answer = load()["/"]
    app = Flask(__name__)

    @app.get("/")
    @app.get("/<path:_path>")
    def show(_path: str = "") -> Response:
        return Response(answer.body, content_type="application/json")

    return app
