"""A service tried out by schemathesis: served over HTTP, with what each request does undone, and the ids of real things
put where a case would have made some up.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import schemathesis
from schemathesis import hooks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.run import PhaseName
from werkzeug.serving import make_server

from shared import runtime
from tests.security.hostile import Door
from tests.web_client import make_client

# What a document does not say: rules between members, and of what there is (409, 422).
UNSAID = ["positive_data_acceptance"]
# By what a request is refused that the document would not have: some are also longer than any body may be (413).
REFUSALS = [400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 428, 429]
# What is taken though the document would not have it, and does no harm; by the name of a check and what it says.
HARMLESS = [
    ("negative_data_rejection", "Incorrect type"),  # 0 and "0" for false, "7" for 7
    ("allow_header_conformance", "subscriptions/confirm"),  # where a token could stand as well
    ("not_a_server_error", "GET /catalog/oembed 501"),  # oEmbed 1.0, 2.3.4.1: a format that there is not
]


class Trial:
    """The application as it is tried out: what a request does is undone, but along a chain of linked ones, which is
    undone when the next chain begins.
    """

    def __init__(self, door: Door) -> None:
        self.door = door
        self.asked = 0
        self.keeps = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        conn = self.door.conn
        with runtime.share_connection(conn), conn.transaction(force_rollback=not self.keeps):
            return list(self.door.app(environ, start_response))


@contextmanager
def serve(trial: Trial) -> Iterator[str]:
    """Where the application answers, one request at a time."""
    server = make_server("127.0.0.1", 0, trial)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def try_out(door: Door, headers: dict[str, str], phases: dict[str, Any], cases: int) -> tuple[int, list[str]]:
    """How many requests were sent, and what was wrong with the answers."""
    trial = Trial(door)
    with serve(trial) as address:
        document = make_client(door.app).get(f"/{door.name}/v1/openapi.json").get_json()
        schema = schemathesis.openapi.from_dict(document, config=_config(address, headers, phases, cases))
        with hooked(_put_real_things(door)):
            wrong = [line for event in from_schema(schema).execute() for line in _read(trial, event)]
    return trial.asked, wrong


@contextmanager
def hooked(hook: Callable[..., None]) -> Iterator[None]:
    """Let schemathesis call `hook`, whose name says when, within the block."""
    schemathesis.hook(hook)
    try:
        yield
    finally:
        hooks.unregister(hook)


def _config(address: str, headers: dict[str, str], phases: dict[str, Any], cases: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 7,
            "workers": 1,
            "base-url": address,
            "headers": headers,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "request-timeout": 60,  # a whole programme of thousands of sessions, on a machine that has other work
            "generation": {"max-examples": cases, "deterministic": True, "database": "none"},
            "checks": {
                **{name: {"enabled": False} for name in UNSAID},
                "negative_data_rejection": {"expected-statuses": REFUSALS},
            },
            "phases": phases,
        }
    )


def _put_real_things(door: Door) -> Callable[..., None]:
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        path = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
        if path is None or path.mode.is_negative or door.name not in case.path:
            return
        segments = case.path.split("/")
        for before, segment in pairwise(segments):
            name = segment.strip("{}")
            if name in case.path_parameters and f"{before}/{name}" in door.known:
                case.path_parameters[name] = door.known[f"{before}/{name}"]
        if "token" in (case.query or {}):
            case.query.update(door.query)

    return before_call


def _read(trial: Trial, event: Any) -> Iterator[str]:
    """What an event of the run says is wrong."""
    if isinstance(event, events.PhaseStarted):
        trial.keeps = event.phase.name == PhaseName.STATEFUL_TESTING
    if isinstance(event, events.NonFatalError):
        yield f"{event.label}: {event.value}"
    if isinstance(event, events.FatalError):
        yield repr(event.exception)
    if isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.status == Status.FAILURE and not _is_harmless(check):
                    assert check.failure_info
                    yield f"{check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"


def _is_harmless(check: Any) -> bool:
    failure = check.failure_info.failure
    said = f"{failure.operation} {getattr(failure, 'status_code', '')} {failure.message}"
    return any(check.name == name and part in said for name, part in HARMLESS)
