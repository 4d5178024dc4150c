"""One system for all promises that are tested one at a time: started once, whole again and at rest after each test."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from deploy.native.commands import INSTANCES
from deploy.native.parts import PROCESSES
from tests.faults import checker
from tests.faults.checker.evidence import collect
from tests.faults.client import Client
from tests.faults.history import History
from tests.faults.load import Load
from tests.faults.mailsink import MailSink
from tests.faults.people import Person
from tests.faults.proxy import Proxies
from tests.faults.quiet import wait_quiet
from tests.faults.run import publish, started
from tests.faults.site import FaultSite
from tests.messaging.conftest import bench

__all__ = ["bench"]

EVERYTHING = ("postgres", "rabbitmq", "gateway", *PROCESSES)


@pytest.fixture(scope="session")
def standing() -> Iterator[FaultSite]:
    """A system with the programme of `world`. Tests take `site`."""
    with MailSink() as sink, Proxies() as proxies, started(INSTANCES / "promises", sink, proxies) as site:
        publish(site)
        yield site


@pytest.fixture
def site(standing: FaultSite) -> Iterator[FaultSite]:
    """A system that a test may break as it likes."""
    yield standing
    mend(standing)
    waiting = wait_quiet(standing, calm=0.0)
    assert not waiting, waiting


@pytest.fixture(scope="session")
def load(standing: FaultSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """What people and staff do, with the record of all that they did so far."""
    history = History(tmp_path_factory.mktemp("promises") / "history.jsonl")
    client = Client(standing.origin(), standing.token(), history)
    yield Load(client, standing.sink, links_key=standing.links_key(), seed=1)
    history.close()


def mend(site: FaultSite) -> None:
    """Let everything run, and return when it is ready."""
    site.heal()
    site.sink.heal()
    for name in EVERYTHING:
        for pid in site.pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        site.supervisor.start(site.process(name).name)
    for name in EVERYTHING:
        site.wait_for(name)


def register_for(load: Load, session: str, seconds: float) -> list[Person]:
    """Somebody new after the other for so long, each of whom is answered at the first try."""
    people: list[Person] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        people.append(load.people.next())
        operation = load.register(people[-1], session)
        assert (operation.acknowledged, operation.unknown) == (True, 0), load.client.history.tell(operation)
    return people


def violations(site: FaultSite, load: Load) -> list[object]:
    """Whatever is not as everybody was told, once all is at rest."""
    waiting = wait_quiet(site, calm=1.0)
    return list(checker.check(collect(site, load.client.history, waiting=waiting)))


def now() -> str:
    """As `outbox replay --since` takes it."""
    return datetime.now(UTC).isoformat()
