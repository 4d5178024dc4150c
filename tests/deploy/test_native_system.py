"""The native system starts whole, repairs itself, and leaves nothing running, however its start or its life ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from deploy.native import binaries
from deploy.native.parts import PortInUseError
from deploy.native.system import NativeSystem
from deploy.options import Options
from tests.servers.databases import ROOT
from tests.waiting import eventually

pytestmark = pytest.mark.skipif(
    bool(binaries.missing_packages()), reason="PostgreSQL, RabbitMQ, nginx or fonts are missing"
)

ANY_PORTS = Options(gateway_port=0, mail_port=0)


def processes_of(folder: Path) -> list[str]:
    """Every process of this machine that was started for the instance in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if str(folder).encode() in told and process.name != str(os.getpid()):
                found.append(told.replace(b"\0", b" ").decode(errors="replace")[:100])
    return found


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeSystem]:
    """A running system; the last test stops it."""
    system = NativeSystem(tmp_path_factory.mktemp("native") / "instance", ANY_PORTS, console=False)
    try:
        system.start(sample=False)
        yield system
    finally:
        system.remove()


def test_the_gateway_leads_to_every_service(system: NativeSystem):
    with httpx.Client(base_url=system.addresses().site, trust_env=False) as web:
        for service in ("catalog", "registration", "notifications"):
            assert web.get(f"/{service}/health/ready").json()["status"] == "ready"


def test_an_answer_from_the_cache_carries_the_callers_id_or_that_by_which_it_was_made(system: NativeSystem):
    with httpx.Client(base_url=system.addresses().site, trust_env=False) as web:

        def ask() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
            given = ({"X-Request-Id": "first-1"}, {"X-Request-Id": "second-2"}, {"X-Request-Id": "not fit"})
            made, second, third = (web.get("/catalog/v1/sessions", headers=headers) for headers in given)
            assert made.headers["X-Cache"] in ("MISS", "EXPIRED")
            assert [other.headers["X-Cache"] for other in (second, third)] == ["HIT", "HIT"]
            return made, second, third

        answers = eventually(ask)  # an answer lives until its second is over

        ids = [answer.headers.get_list("X-Request-Id") for answer in answers]
        assert ids == [["first-1"], ["second-2"], ["first-1"]]
        assert len(web.get("/catalog/v1/sessions/none").headers["X-Request-Id"]) == 32


def test_a_second_start_changes_nothing(system: NativeSystem):
    before = system.processes()

    NativeSystem(system.folder, ANY_PORTS).start(sample=False)

    assert [process.pid for process in system.processes()] == [process.pid for process in before]


def test_a_killed_worker_is_started_again(system: NativeSystem):
    before = {process.name: process.pid for process in system.processes()}

    system.kill("catalog-worker")

    eventually(lambda: before["services:catalog-worker"] != system.process("catalog-worker").pid > 0)
    system.wait_for("catalog-worker")
    others = {process.name: process.pid for process in system.processes()}
    assert others.items() - before.items() == {
        ("services:catalog-worker", system.process("catalog-worker").pid),
    }


def test_the_broker_can_be_stopped_and_started(system: NativeSystem):
    system.stop_process("rabbitmq")
    assert not system.rabbitmq.answers()

    system.start_process("rabbitmq")

    assert system.rabbitmq.answers()


def test_stopping_leaves_nothing_but_the_data(system: NativeSystem):
    assert processes_of(system.folder)

    system.stop()

    assert processes_of(system.folder) == []
    assert (system.folder / "postgres" / "data" / "PG_VERSION").exists()


def test_a_port_in_use_is_named_before_anything_is_started(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        system = NativeSystem(tmp_path, Options(gateway_port=port, mail_port=0))
        with pytest.raises(PortInUseError, match=f"Port {port} is in use .* GATEWAY_PORT"):
            system.start()
    assert processes_of(tmp_path) == []


def test_a_start_that_is_killed_half_way_leaves_nothing_running(tmp_path: Path):
    folder = tmp_path / "instance"
    program = (
        "from pathlib import Path; from deploy.native.system import NativeSystem; from deploy.options import Options;"
        f"NativeSystem(Path({str(folder)!r}), Options(gateway_port=0, mail_port=0)).start(sample=False)"
    )
    start = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    system = NativeSystem(folder, ANY_PORTS)
    try:
        eventually(system.running, seconds=30)

        start.send_signal(signal.SIGKILL)
        start.wait(10)

        eventually(lambda: not processes_of(folder), seconds=30)
    finally:
        system.remove()
