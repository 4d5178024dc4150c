"""Registering over HTTP: beside a bare transaction, refused, and with a million registrations in the tables."""

import statistics
from itertools import count
from pathlib import Path

from tests.bench import report, wrk
from tests.bench.client import Client, UnexpectedAnswerError
from tests.bench.registration import data, servers
from tests.bench.registration.setting import Setting
from tests.bench.rows import Row, fast, not_slower

SCRIPT = Path(__file__).with_name("register.lua")
PATH = "/registration/v1/registrations"
BODY = {
    "name": "Ada Lovelace",
    "job_title": "Director",
    "library": {"name": "Springfield Public Library", "type": "public", "state": "IL", "country": "US"},
}
LEAST, REFUSED = 0.60, 1.0
MOST_OF_MILLION = 1.3

_rounds = count(1)


def measure(setting: Setting) -> list[Row]:
    """Beside the reference, on many sessions and on one; refusals beside what is accepted."""
    api, bare = setting.api, servers.start_reference(setting)
    ours, reference = f"http://127.0.0.1:{api.port}{PATH}", f"http://127.0.0.1:{bare.port}/registrations"
    figures = {
        f"registering at {data.SESSIONS:,} sessions; a bare transaction in Flask": (
            ours,
            "s",
            reference,
            data.SESSIONS,
        ),
        "registering at one session; the same": (ours, "s", reference, 1),
    }
    for url in (ours, reference):
        _load(setting, url, sessions=data.SESSIONS, kind="s")  # ours reads what each session asks, once a process
    rounds: dict[str, list[report.Round]] = {name: [] for name in (*figures, "closed")}
    for number in range(setting.effort.rounds):
        setting.say(f"seats, round {number + 1} of {setting.effort.rounds}")
        for name, (mine, kind, other, sessions) in figures.items():
            own = _load(setting, mine, sessions=sessions, kind=kind)
            rounds[name].append((own, _load(setting, other, sessions=sessions, kind="s")))
        accepted = rounds[next(iter(figures))][-1][0]
        rounds["closed"].append((_load(setting, ours, sessions=data.SESSIONS, kind="closed", refused=True), accepted))
    return [
        *(fast(name, rounds[name], least=LEAST) for name in figures),
        fast("refused, since registration is closed; registering", rounds["closed"], least=REFUSED),
    ]


def measure_scale(setting: Setting) -> list[Row]:
    """The median answer to one client, with a million registrations and with ten thousand."""
    setting.say("a million registrations")
    data.make(setting.engines, data.LARGE, registrations=1_000_000)
    large = Client(servers.start_api(setting, data.LARGE).port)
    small = Client(setting.api.port)
    rounds: list[report.Round] = []
    for _ in range(setting.effort.rounds):
        rounds.append((_median(large, setting.effort.requests), _median(small, setting.effort.requests)))
    return [not_slower("registering, 1,000,000 registrations; 10,000", rounds, most=MOST_OF_MILLION)]


def _load(setting: Setting, url: str, *, sessions: int, kind: str, refused: bool = False) -> float:
    environment = {"SESSIONS": str(sessions), "ROUND": str(next(_rounds)), "FIRST": kind}
    return wrk.measure_script(url, SCRIPT, environment, seconds=setting.effort.seconds, refused=refused)


def _median(client: Client, requests: int) -> float:
    """Milliseconds."""
    taken = []
    for number in range(requests):
        email = f"q{next(_rounds)}-{number}@library.example"
        got = client.ask(
            PATH, method="POST", document={**BODY, "session": f"s{number % data.SESSIONS}", "email": email}
        )
        if got.status != 201:
            raise UnexpectedAnswerError(f"{got.status}: {got.body[:300]!r}")
        taken.append(got.seconds * 1000)
    return statistics.median(taken)
