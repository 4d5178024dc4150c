"""A process whose clock is off works as the others do, and everything else about it is as it was."""

import subprocess
import sys
import time

import pytest

from shared.events.catalog import SessionPublished
from tests.faults import clocks
from tests.messaging.bench import Bench
from tests.messaging.probe import make_session

pytestmark = pytest.mark.skipif(not clocks.available(), reason="libfaketime is not installed: apt-get install faketime")


def ask(offset: float, question: str) -> float:
    """What a Python process whose clock is off answers."""
    command = [sys.executable, "-c", f"import subprocess, threading, time; print({question})"]
    return float(subprocess.run(command, env=clocks.environment(offset), capture_output=True, check=True).stdout)


@pytest.mark.parametrize("offset", [-600, 600, 86_400])
def test_the_time_of_day_is_off_and_the_monotonic_clock_is_not(offset: float) -> None:
    assert ask(offset, "time.time()") - time.time() == pytest.approx(offset, abs=30)
    assert ask(offset, "time.monotonic()") - time.monotonic() == pytest.approx(0, abs=30)


def test_waiting_takes_as_long_as_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = ask(600, "(began := time.monotonic(), threading.Event().wait(0.3), time.monotonic() - began)[2]")

    assert 0.3 <= waited < 30


@pytest.mark.parametrize("offset", [-600, 600])
@pytest.mark.parametrize("off", ["catalog", "registration"])
def test_events_pass_between_workers_whose_clocks_differ(bench: Bench, off: str, offset: float) -> None:
    for service in ("catalog", "registration"):
        bench.worker(service, **(clocks.environment(offset) if service == off else {}))
    bench.commit(*[SessionPublished(session=make_session()) for _ in range(20)])

    bench.wait_settled(20, seconds=60)

    assert len(set(bench.effects())) == len(bench.effects()) == 20
