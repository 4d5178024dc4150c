"""What holds while RabbitMQ or PostgreSQL is away, and what comes of it when they are back."""

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.native import readiness
from deploy.native.parts import PROCESSES
from deploy.native.services import SERVICES
from tests.faults import world
from tests.faults.attempts import ask_again, attempt_at_once
from tests.faults.conftest import now, register_for, violations
from tests.faults.injections.database import freeze, thaw
from tests.faults.load import Load
from tests.faults.people import Person
from tests.faults.quiet import wait_quiet
from tests.faults.site import FaultSite
from tests.waiting import eventually

AWAY = 15.0  # seconds
CALLERS = 24
APIS = tuple(f"{service}-api" for service in SERVICES)
NOT_RECEIVED = """
    SELECT count(*) FROM registration.outbox AS o WHERE NOT EXISTS (
        SELECT FROM notifications.inbox AS i WHERE i.event_id = o.event_id::text)
"""

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@pytest.mark.promise("P10")
def test_while_the_broker_is_away_everybody_registers_and_all_is_told_when_it_is_back(
    site: FaultSite, load: Load
) -> None:
    site.stop_process("rabbitmq")
    people = register_for(load, world.CALM[0], AWAY)
    ready = {name: readiness.answers(site.ready_addresses()[name]) for name in APIS}
    mails = [mail for person in people for mail in site.sink.to(person.email)]

    site.start_process("rabbitmq")

    assert ready == dict.fromkeys(APIS, True)
    assert mails == []
    assert violations(site, load) == []
    assert _mails_to(site, people) == dict.fromkeys(people, 1)


@pytest.mark.promise("P11")
def test_a_broker_that_lost_its_data_costs_nothing_once_the_outboxes_are_replayed(site: FaultSite, load: Load) -> None:
    """Events that it had confirmed, and that nobody had taken yet, included."""
    since = now()
    told = register_for(load, world.CALM[1], 1.0)
    assert wait_quiet(site, calm=0.0) == []
    for service in ("catalog", "notifications"):
        site.stop_process(f"{service}-worker")
    lost = register_for(load, world.CALM[1], 2.0)
    eventually(lambda: _unpublished(site) == 0, seconds=30)
    site.stop_process("rabbitmq")
    shutil.rmtree(site.rabbitmq.folder / "mnesia")
    site.start_process("rabbitmq")
    for service in ("catalog", "notifications"):
        site.start_process(f"{service}-worker")
    assert site.queue_lengths()["notifications"] == 0
    [gone] = site.query(NOT_RECEIVED)

    for service in SERVICES:
        site.services.run(service, "outbox", "replay", "--since", since)

    assert gone["count"] >= len(lost)
    assert violations(site, load) == []
    assert _mails_to(site, [*told, *lost]) == dict.fromkeys([*told, *lost], 1)


@pytest.mark.promise("P12")
@pytest.mark.parametrize("away", ["frozen", "stopped"])
def test_while_the_database_is_away_it_is_said_so_and_no_process_gives_up(
    site: FaultSite, load: Load, away: str
) -> None:
    load.register(load.people.next(), world.CALM[2])
    pids = {name: site.pids(name) for name in PROCESSES}
    with _database(site, away), ThreadPoolExecutor() as pool:
        busy = pool.submit(attempt_at_once, load, world.CALM[2], callers=CALLERS, seconds=AWAY)
        probes = [pool.submit(_probe, site, name, until=busy) for name in APIS]
        attempts, found = busy.result(), [probe.result() for probe in probes]

    assert {one.told for one in attempts} <= {(503, True), (504, True)}
    assert [probe.live for probe in found] == [True] * len(APIS)
    assert [probe.ready for probe in found] == [False] * len(APIS)
    ask_again(load, attempts)
    assert {name: site.pids(name) for name in PROCESSES} == pids
    assert site.queue_lengths()["dead"] == 0
    assert violations(site, load) == []


@contextmanager
def _database(site: FaultSite, away: str) -> Iterator[None]:
    if away == "frozen":
        freeze(site)
        yield
        thaw(site)
    else:
        site.stop_process("postgres")
        yield
        site.start_process("postgres")
    site.wait_for("postgres")


@dataclass
class Probes:
    """What an orchestrator learns that asks once a second, as Kubernetes does: dead after three failures on end."""

    failures: int = 0
    live: bool = True
    ready: bool = True


def _probe(site: FaultSite, name: str, *, until: Future[Any]) -> Probes:
    found, ready = Probes(), site.ready_addresses()[name]
    while not wait([until], timeout=1.0).done:
        found.failures = 0 if readiness.answers(ready.replace("/ready", "/live")) else found.failures + 1
        found.live = found.live and found.failures < 3
    found.ready = readiness.answers(ready)
    return found


def _mails_to(site: FaultSite, people: list[Person]) -> dict[Person, int]:
    return {person: len(site.sink.to(person.email)) for person in people}


def _unpublished(site: FaultSite) -> int:
    return site.query("SELECT count(*) FROM registration.outbox WHERE published_at IS NULL")[0]["count"]
