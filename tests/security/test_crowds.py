"""Every public read is asked by a crowd at once, of a process that has answered nothing before: what threads share is
used by all of them from its first moment on.
"""

import http.client
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from urllib.parse import quote

import psycopg
import pytest

from deploy.token import SCOPES
from shared import runtime
from tests.processes import Process, running
from tests.security import hostile, seeds
from tests.security.hostile import SITE, Door
from tests.security.routes import Route, access, routes
from tests.servers.databases import service_environment
from tests.servers.engines import SERVICES, Engines

CROWD = 24
ACCEPTED = ("application/json", "text/html,application/xhtml+xml;q=0.9", "application/pdf")
# What is asked for beside the address, so that more than a refusal is answered.
QUERIES: dict[str, tuple[str, ...]] = {
    "GET /catalog/": ("", "q=dialogue", "topic=dialogue&registration=open"),
    "GET /catalog/oai": ("verb=Identify", "verb=ListRecords&metadataPrefix=oai_dc", "verb=ListSets"),
    "GET /catalog/oembed": (f"url={quote(f'{SITE}/catalog/sessions/cafe', safe='')}",),
    "GET /catalog/v1/search": ("q=dialogue",),
    "GET /catalog/v1/sessions": ("", "q=dialogue&facets=true", "starts_after=2017-01-01T00:00:00Z&sort=-starts"),
    "GET /registration/v1/libraries": ("q=spring",),
}
# Of what these show nothing is there: somebody who is erased, a series that is open, a link of one's own, a page after
# something else. What they refuse is asked for like the rest.
REFUSING = (
    "/static/",
    "/erasures/",
    "/registration/series/",
    "/confirm",
    "/learners/sign-in",
    "/sign-in/link",
    "/join",
    "/registration/group",
    "/registration/done",
    "/registration/v1/people/",
    "/unsubscribe/",
)
# Of these the answer is another one each time.
FLEETING = ("/metrics", "/health/ready")
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
# What is signed, and compressed, at the moment of asking.
PROOF = re.compile(rb'"proofValue":"\w+"|"encodedList":"u.{14}')
# Links end so long after the moment at which they are made.
LINK = re.compile(rb"(token=|/preferences/|/invitations/|/subscriptions/|/unsubscribe/)[\w.-]+")


@dataclass(frozen=True)
class Question:
    """One address, and what is accepted of it; `route` is what it is a question of."""

    route: str
    address: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    """What was answered; `body` without moments and signatures, which may differ each time."""

    status: int
    kind: str | None
    body: bytes


@pytest.fixture(params=SERVICES)
def seeded(
    request: pytest.FixtureRequest,
    engines: Engines,
    fresh_database: str,
    staff_token: Callable[[str], str],
    tmp_path: Path,
) -> Iterator[Door]:
    """Each service in turn, with things in it that are committed."""
    settings = hostile._settings(request.param, engines, engines.database_url(fresh_database, request.param), tmp_path)
    present = runtime.build(request.param, settings, "test", pool_size=1)
    app = hostile.SERVICES[request.param].create_app(present)
    with (
        psycopg.connect(settings.database_url, autocommit=True) as conn,
        runtime.use(present),
        runtime.share_connection(conn),
    ):
        door = Door(request.param, app, present, conn, staff_token(SCOPES))
        with conn.transaction():
            seeds.SEEDS[door.name](door)
        yield door


@pytest.fixture
def server(seeded: Door, engines: Engines, fresh_database: str) -> Iterator[Process]:
    """A process of gunicorn with a thread for each of the crowd, that has answered nothing but that it lives."""
    told = service_environment(engines, seeded.name, database=fresh_database)
    told |= {
        "PUBLIC_URL": SITE,
        "SECURITY_CONTACT": "mailto:security@x.org",
        "WEB_WORKERS": "1",
        "WEB_THREADS": str(CROWD),
    }
    if clock := seeded.present.settings.clock_file:
        told["CLOCK_FILE"] = str(clock)
    with running() as processes:
        process = Process(f"services.{seeded.name}", "api", environment=told)
        processes.append(process.start())
        yield process.wait_ready(f"/{seeded.name}/health/live")


def questions(door: Door) -> list[Question]:
    """Each read that needs no staff, of a thing that is there, in each form that it may be had in; without the way to
    a provider of identities, which is not there.
    """
    return [
        Question(route.name, address, (("Accept", accepted), ("X-Request-Id", "crowd"), *_credentials(door, route)))
        for route in routes(door.app)
        if route.method == "GET" and not access()[route.name].startswith("staff")
        if "/staff/sign" not in route.rule.rule
        for address in _addresses(door, route)
        for accepted in ACCEPTED
    ]


def _addresses(door: Door, route: Route) -> Iterator[str]:
    values = {name: _value(door, route, name) for name in route.rule.arguments}
    address = route.address(**{name: value for name, value in values.items() if value})
    link = "token=" + door.query["token"] if "/<uuid:id>" in route.rule.rule and _is_link(route) else ""
    for query in QUERIES.get(route.name, (link,)):
        yield address + (f"?{query}" if query else "")


def _value(door: Door, route: Route, name: str) -> str | None:
    before = re.search(r"([^/<>]+)/<(?:[^<>]*:)?" + name + ">", route.rule.rule)
    known = door.known.get(f"{before[1]}/{name}") if before else None
    return "0" if "/status/" in route.rule.rule else known


def _credentials(door: Door, route: Route) -> tuple[tuple[str, str], ...]:
    return (("Cookie", f"convene_learner={door.learner}"),) if access()[route.name] == "learner" else ()


def _is_link(route: Route) -> bool:
    return access()[route.name] == "link manage"


def ask(port: int, question: Question) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", question.address, headers=dict(question.headers))
        response = connection.getresponse()
        body = LINK.sub(b"", PROOF.sub(b"", MOMENT.sub(b"", response.read())))
        return Answer(response.status, response.getheader("Content-Type"), body)
    finally:
        connection.close()


def ask_at_once(port: int, question: Question) -> set[Answer]:
    """What the crowd was answered."""
    begin = Barrier(CROWD)

    def join(_number: int) -> Answer:
        begin.wait()
        return ask(port, question)

    with ThreadPoolExecutor(CROWD) as crowd:
        return set(crowd.map(join, range(CROWD)))


@pytest.mark.covers("API4:2023", "ASVS 15.4.1")
def test_a_crowd_is_answered_as_one_reader_is(seeded: Door, server: Process) -> None:
    asked = questions(seeded)

    crowd = {question: ask_at_once(server.port, question) for question in asked}
    alone = {question: ask(server.port, question) for question in asked}

    failed = {q.address: a.status for q, answers in crowd.items() for a in answers if a.status >= 500}
    assert failed == {}
    steady = [question for question in asked if not question.route.endswith(FLEETING)]
    assert [q for q in steady if crowd[q] != {alone[q]}] == []
    shown = {question.route for question, answer in alone.items() if answer.status < 400}
    assert {q.route for q in asked if q.route not in shown and not any(part in q.route for part in REFUSING)} == set()
