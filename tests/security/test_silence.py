"""What people type goes where it must go, and nowhere else: into no log, no label of a metric, no routing key and no
property of a message, and into no answer to anybody else. Every text that they may write bears a canary.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import amqp
import httpx
import pytest

from deploy import token
from deploy.clock import set_clock
from shared.events.envelope import CONTENT_TYPE
from tests.catalog.programs import DAY, small
from tests.notifications.sink import Listening, Sink
from tests.processes import Process, running
from tests.servers.engines import SERVICES, TESTER, Engines
from tests.waiting import eventually

# A message that is no event was set aside.
ASIDE = re.compile(r'quarantine_depth\{[^}]*kind="message"[^}]*\} 1\.0')
CANARY = "canary"
ADA = {
    "session": "cafe",
    "email": "canary-ada@x.org",
    "name": "Canary Lovelace",
    "job_title": "Canary job",
    "library": {"name": "Canary Library", "type": "public"},
    "accommodations": "Canary needs a ramp",
}
EVE = ADA | {"email": "canary-eve@x.org", "name": "Canary Eve"}
ASKED = "the-request-of-ada"
# Servers quote the address that they refuse.
REFUSED = "550 5.1.1 <canary-eve@x.org>: no canary of that name"
BROWSER = {"User-Agent": "Canary/1.0", "Referer": "https://canary.example/canary", "Cookie": "canary=canary"}
# What nobody takes: (service, method, path, body).
UNWELCOME = [
    ("registration", "POST", "/registration/v1/registrations", b'{"name": "Canary", '),
    ("registration", "POST", "/registration/v1/registrations", b'{"email": "canary", "canary": "canary"}'),
    ("registration", "GET", "/registration/v1/invitations/canary.canary", b""),
    ("registration", "GET", "/registration/v1/sessions/cafe/availability?canary=canary", b""),
    ("registration", "POST", "/registration/v1/learners/session", b'{"token": "canary.canary"}'),
    ("notifications", "GET", "/notifications/v1/subscriptions/canary.canary", b""),
    ("notifications", "POST", "/notifications/v1/subscriptions", b'{"email": "canary@@canary", "name": "Canary"}'),
    ("catalog", "GET", "/catalog/v1/sessions?q=canary", b""),
    ("catalog", "GET", "/catalog/v1/sessions?topic=canary", b""),
    ("catalog", "GET", "/canary/canary", b""),
]  # fmt: skip


class Site:
    """An api and a worker of each service, which say all that they can, and a mail server."""

    def __init__(self, environments: dict[str, dict[str, str]], engines: Engines, folder: Path, smtp: str) -> None:
        self.clock = folder / "clock"
        extra = {"CLOCK_FILE": str(self.clock), "SMTP_URL": smtp, "LOG_LEVEL": "debug", "SETTLE_SECONDS": "0"}
        self.environments = {service: environments[service] | extra for service in SERVICES}
        self.staff = {"Authorization": f"Bearer {token.sign(engines.secrets)}"}
        self.apis = {s: Process(f"services.{s}", "api", environment=self.environments[s]) for s in SERVICES}
        self.workers = {s: Process(f"services.{s}", "worker", environment=self.environments[s]) for s in SERVICES}

    @property
    def processes(self) -> list[Process]:
        return [*self.apis.values(), *self.workers.values()]

    def start(self) -> None:
        set_clock(self.clock, DAY)
        for process in self.processes:
            process.start()
        for service in SERVICES:
            self.apis[service].wait_ready(f"/{service}/health/ready", seconds=60)
            self.workers[service].wait_ready(seconds=60)

    def ask(self, service: str, method: str, path: str, **kwargs: Any) -> httpx.Response:
        address = f"http://127.0.0.1:{self.apis[service].port}{path}"
        return httpx.request(method, address, timeout=30, headers=BROWSER | kwargs.pop("headers", {}), **kwargs)

    def post(self, service: str, path: str, body: Any, **headers: str) -> httpx.Response:
        answer = self.ask(service, "POST", f"/{service}/v1/{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer

    def scrape(self) -> str:
        """The metrics of every process."""
        paths = {api: f"/{service}/metrics" for service, api in self.apis.items()}
        addresses = [f"http://127.0.0.1:{one.port}{paths.get(one, '/metrics')}" for one in self.processes]
        return "\n".join(httpx.get(address, timeout=30).raise_for_status().text for address in addresses)


@contextmanager
def overheard(engines: Engines, vhost: str) -> Iterator[amqp.Channel]:
    """A channel whose queue `spy` gets every event from now on."""
    address = f"{engines.host}:{engines.amqp_port}"
    password = engines.secret(f"{TESTER}-broker-password")
    with amqp.Connection(address, TESTER, password, virtual_host=vhost) as line, line.channel() as channel:
        channel.queue_declare("spy", exclusive=True, auto_delete=True)
        channel.queue_bind("spy", "events", "#")
        yield channel


def drain(channel: amqp.Channel) -> list[amqp.Message]:
    found = []
    while message := channel.basic_get("spy", no_ack=True):
        found.append(message)
    return found


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def site(
    service_environments: dict[str, dict[str, str]], engines: Engines, sink: Sink, tmp_path: Path
) -> Iterator[Site]:
    """The running system, in which the small programme is announced."""
    server = Listening(sink)
    server.start()
    made = Site(service_environments, engines, tmp_path, f"smtp://127.0.0.1:{server.port}")
    with running() as processes:
        processes += made.processes
        made.start()
        made.post("catalog", "imports", small(), **made.staff)
        known = "/registration/v1/sessions/cafe/availability"
        eventually(lambda: made.ask("registration", "GET", known).status_code == 200, seconds=30)
        yield made
    server.stop()


def take_part(site: Site, sink: Sink) -> str:
    """People write all that they may, one mail is refused, and much is unwelcome; the id of Ada's registration."""
    ada = site.post("registration", "registrations", ADA, **{"X-Request-Id": ASKED}).json()["id"]
    eventually(lambda: len(sink.accepted) == 1, seconds=30)
    sink.rcpt_answers.append(REFUSED)
    site.post("registration", "registrations", EVE)
    site.post("registration", "learners/sign-in", {"email": ADA["email"]})
    site.post("notifications", "subscriptions", {"email": "canary-reader@x.org", "name": "Canary Reader"})
    site.post("catalog", "sessions/cafe/comments", {"author": "Canary", "body": "Canary canary."})
    for service, method, path, body in UNWELCOME:
        site.ask(service, method, path, content=body, headers={"Content-Type": "application/json"})
    return ada


@pytest.mark.timeout(180)
@pytest.mark.covers("API3:2023", "ASVS 14.2.1", "ASVS 16.2.5", "ASVS 16.5.1")
def test_what_people_type_is_in_no_log_no_label_and_on_no_envelope(
    site: Site, sink: Sink, engines: Engines, vhost: str
) -> None:
    with overheard(engines, vhost) as channel:
        take_part(site, sink)
        broken: Any = amqp.Message('{"canary": "canary', content_type=CONTENT_TYPE)
        channel.basic_publish(broken, "events", "catalog.session.published")
        mails = "/notifications/v1/messages?recipient=canary-eve@x.org"
        eventually(
            lambda: (
                "failed" in site.ask("notifications", "GET", mails, headers=site.staff).text and len(sink.accepted) >= 3
            ),
            seconds=60,
        )
        eventually(lambda: ASIDE.search(site.scrape()), seconds=60)
        messages = drain(channel)

    logs = {" ".join(one.args): one.read_log() for one in site.processes}
    assert [name for name, said in logs.items() if CANARY in said.lower()] == []
    assert CANARY not in site.scrape().lower()
    assert any(CANARY in str(message.body).lower() for message in messages)  # they did come by
    for message in messages:
        envelope = f"{message.delivery_info} {message.properties} {message.headers}"
        assert CANARY not in envelope.lower()
    assert ASKED in logs["services.registration api"]  # what happened is found all the same


@pytest.mark.timeout(180)
@pytest.mark.covers("API3:2023", "ASVS 14.2.6", "ASVS 16.5.1")
def test_an_answer_to_anybody_else_repeats_nothing_that_somebody_typed(site: Site, sink: Sink) -> None:
    ada = take_part(site, sink)
    mallory = site.post("registration", "registrations", ADA | {"email": "mallory@x.org", "name": "M"}).json()["id"]
    paths = [
        f"/registration/v1/registrations/{ada}",
        f"/registration/v1/registrations/{ada}?token={mallory}",
        f"/registration/manage/{ada}",
        "/registration/v1/sessions/cafe/availability",
        "/registration/v1/sessions/cafe/registrations",
        "/registration/v1/people/canary-ada@x.org",
    ]

    answers = [site.ask("registration", "GET", path, headers={"User-Agent": "x"}) for path in paths]

    assert {answer.status_code for answer in answers} <= {200, 401, 403, 404, 410}
    assert [answer.url.path for answer in answers if "lovelace" in answer.text.lower()] == []
    assert [answer.url.path for answer in answers if "ramp" in answer.text.lower()] == []
