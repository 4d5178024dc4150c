"""Requests a second: from the api itself, and through the gateway with its cache."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from statistics import mean

from tests.bench import report, wrk
from tests.bench.catalog import programme, servers
from tests.bench.catalog.questions import SESSIONS
from tests.bench.catalog.references import KEPT, Answer
from tests.bench.catalog.setting import Setting
from tests.bench.client import Client
from tests.bench.rows import Row, fast

LIST = f"{SESSIONS}?limit=20"
ENOUGH = 6000  # questions for a second


@dataclass(frozen=True)
class Figure:
    name: str
    ours: Callable[[], float]
    reference: Callable[[], float]
    least: float


def measure(setting: Setting) -> list[Row]:
    """In each round everything once, ours beside its reference."""
    figures = [*_hot(setting), _cold(setting)]
    rounds: dict[str, list[report.Round]] = {figure.name: [] for figure in figures}
    for number in range(setting.effort.rounds):
        setting.say(f"load, round {number + 1} of {setting.effort.rounds}")
        for figure in figures:
            rounds[figure.name].append((figure.ours(), figure.reference()))
    return [fast(figure.name, rounds[figure.name], least=figure.least) for figure in figures]


def _hot(setting: Setting) -> list[Figure]:
    """Measure requests that were asked before."""
    api, load = setting.api, partial(wrk.measure, seconds=setting.effort.seconds)
    one = f"{SESSIONS}/{programme.documents()[0]['sessions'][0]['slug']}"
    pages = {"/list": _answer(api.port, LIST), "/session": _answer(api.port, one)}
    etag = pages["/list"].headers["ETag"]
    bare = servers.start_reference(
        setting.folder,
        "create_wsgi",
        {**pages, "/not-modified": Answer("304 NOT MODIFIED", pages["/list"].headers, b"")},
        setting.processes,
    )
    gateway = servers.start_gateway(setting.folder / "gateway", api, setting.processes)
    files = servers.start_files(setting.folder / "files", {SESSIONS: pages["/list"].body}, setting.processes)
    return [
        Figure(
            "list of 20 sessions; a bare WSGI function",
            partial(load, _url(api.port, LIST)),
            partial(load, _url(bare.port, "/list")),
            0.70,
        ),
        Figure(
            "one session; a bare WSGI function",
            partial(load, _url(api.port, one)),
            partial(load, _url(bare.port, "/session")),
            0.70,
        ),
        Figure(
            "304 to the list; a bare WSGI 304",
            partial(load, _url(api.port, LIST), If_None_Match=etag),
            partial(load, _url(bare.port, "/not-modified"), If_None_Match=etag),
            0.70,
        ),
        Figure(
            "the list through the gateway; nginx with a file",
            partial(load, _url(gateway.port, LIST)),
            partial(load, _url(files.port, SESSIONS)),
            0.80,
        ),
    ]


def _cold(setting: Setting) -> Figure:
    """Measure requests that nobody asked before; the reference returns a body of the mean length."""
    client, questions = Client(setting.api.port), setting.questions
    length = round(mean(len(client.get(questions.faceted()).body) for _ in range(50)))
    body = client.get(LIST).body
    answer = Answer("200 OK", {"Content-Type": "application/json"}, (body * (length // len(body) + 1))[:length])
    flask = servers.start_reference(setting.folder, "create_flask", {"/": answer}, setting.processes)
    file = setting.folder / "paths"

    def load(port: int) -> float:
        paths = islice(iter(questions.faceted, None), ENOUGH * setting.effort.seconds)
        return wrk.measure_paths(_url(port, "/"), paths, file=file, seconds=setting.effort.seconds)

    facets = "with facets" if "facets" in questions.knows else "WITHOUT facets"
    name = f"a new list by filters, {facets}, {length:,} bytes; a bare Flask route"
    return Figure(name, partial(load, setting.api.port), partial(load, flask.port), 0.35)


def _answer(port: int, path: str) -> Answer:
    got = Client(port).get(path)
    return Answer("200 OK", {name: got.headers[name] for name in KEPT}, got.body)


def _url(port: int, path: str) -> str:
    return f"http://127.0.0.1:{port}{path}"
