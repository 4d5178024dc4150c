"""Promises that the plan of faults cannot show, one at a time, on a system of their own."""

import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from deploy.demo.site import Site
from deploy.native.parts import PROCESSES
from deploy.native.services import SERVICES
from tests.faults import world
from tests.faults.attempts import ask_again, attempt_at_once
from tests.faults.conftest import violations
from tests.faults.history import Operation
from tests.faults.load import CATALOG, REGISTRATION, Load
from tests.faults.people import LIBRARY
from tests.faults.site import FaultSite
from tests.waiting import eventually

AT_ONCE, LATER = 50, 10
ENGINES = ("postgres", "rabbitmq")
MOST_MEGABYTES = 300
READ = (
    f"{CATALOG}/sessions",
    f"{CATALOG}/sessions?registration=open&sort=title",
    f"{CATALOG}/series/{world.SERIES}",
    f"{CATALOG}/initiatives/{world.INITIATIVE}",
    f"{CATALOG}/search?q=webinar",
    f"{CATALOG}/changes",
    "/catalog/",
    f"/catalog/sessions/{world.CALM[0]}",
)

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@pytest.mark.promise("P6")
def test_one_key_has_one_effect_and_one_answer_also_after_a_restart(site: FaultSite, load: Load) -> None:
    email, key = load.people.next().email, str(uuid4())
    body = {"session": world.CALM[0], "email": email, "name": "Ada", "library": LIBRARY}
    history = load.client.history

    def ask(name: str) -> tuple[Operation, int, bytes]:
        operation = history.invoke("register", email=email, session=world.CALM[0], newsletter=False)
        headers, wanted = {"Idempotency-Key": key}, {**body, "name": name}
        answer = load.client.act(operation, "POST", f"{REGISTRATION}/registrations", headers=headers, json=wanted)
        assert answer is not None, history.tell(operation)
        return operation, answer.status_code, answer.content

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, ["Ada"] * AT_ONCE))
    site.restart_process("registration-api")
    answers += [ask("Ada") for _ in range(LATER)]

    assert {answer[1:] for answer in answers} == {(201, answers[0][2])}
    assert _events_of(site, email) == 1
    operation, status, _ = ask("Grace")
    assert status == 422
    history.operations.pop(operation.id)  # it was refused, as it must be
    assert violations(site, load) == []


@pytest.mark.promise("P18")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_starts_first_all_is_ready_in_the_end(site: FaultSite, load: Load, seed: int) -> None:
    """What everything depends on comes last."""
    load.register(load.people.next(), world.CALM[3])
    random = Random(seed)
    names = [*random.sample(PROCESSES, len(PROCESSES)), *random.sample(ENGINES, len(ENGINES))]
    for name in (*PROCESSES, *ENGINES):
        site.stop_process(name)

    for name in names:
        site.supervisor.start(site.process(name).name)
        eventually(lambda name=name: site.process(name).state == "RUNNING", seconds=30)

    for name in names:
        site.wait_for(name)
    assert load.register(load.people.next(), world.CALM[3]).acknowledged
    assert violations(site, load) == []


@pytest.mark.promise("P21")
def test_what_is_too_much_is_refused_and_what_is_taken_is_kept(site: FaultSite, load: Load) -> None:
    attempts = attempt_at_once(load, world.CALM[4], callers=300, seconds=5.0)
    memory = {name: _resident_megabytes(site, name) for name in PROCESSES}

    unserved = [one for one in attempts if not one.operation.acknowledged]
    assert {one.told for one in unserved} <= {(429, True), (503, True), (504, True)}
    assert len(unserved) < len(attempts)
    assert {name: used for name, used in memory.items() if used > MOST_MEGABYTES} == {}
    assert load.register(load.people.next(), world.CALM[4]).unknown == 0
    ask_again(load, attempts)
    assert violations(site, load) == []


@pytest.mark.promise("P27")
def test_the_catalog_is_read_while_all_else_is_down(site: FaultSite) -> None:
    down = [name for name in PROCESSES if not name.startswith("catalog-")]
    for name in (*down, "rabbitmq"):
        site.stop_process(name)
    staff = Site(dict.fromkeys(SERVICES, site.origin()), site.token())
    summary = f"What staff say at {uuid4()}."
    path = f"{CATALOG}/sessions/{world.CALM[5]}"

    staff.replace(path, {**world.session_part(world.CALM[5]), "summary": summary})

    eventually(lambda: summary in staff.get(path).text)
    read = {path: staff.get(path) for path in READ}
    assert {path: answer.status_code for path, answer in read.items()} == dict.fromkeys(READ, 200)
    assert "STALE" not in {answer.headers.get("X-Cache") for answer in read.values()}


def _resident_megabytes(site: FaultSite, name: str) -> float:
    """The largest of its processes."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in site.pids(name)]
    return max(pages) * resource.getpagesize() / 1_000_000


def _events_of(site: FaultSite, email: str) -> int:
    [found] = site.query(
        "SELECT count(*) FROM registration.outbox WHERE document #>> '{data,registration,person,email}' = %s", email
    )
    return found["count"]
