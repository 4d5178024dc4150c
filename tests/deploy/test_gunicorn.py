"""The processes of an api share the requests, under the configuration of every service."""

import http.client
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.processes import Process
from tests.waiting import eventually

# As many as there are processors, and more than one in any case; each of one thread.
WORKERS = max(len(os.sched_getaffinity(0)), 2)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    environment = {"WEB_WORKERS": str(WORKERS), "WEB_THREADS": "1", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    application = "tests.deploy.application:application"
    process = Process("gunicorn", "-c", "deploy/gunicorn.py", application, environment=environment)
    try:
        yield process.start().wait_ready("/")
    finally:
        process.stop()
        process.log.close()


@pytest.fixture
def meet(server: Process, tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    """Ask as many at once as there are processes: each answers once the others are answering too."""
    numbers = count()

    def ask(path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", path)
        return orjson.loads(connection.getresponse().read())

    def ask_all() -> list[dict[str, Any]]:
        meeting = f"/{WORKERS}{tmp_path}/{next(numbers)}"
        with ThreadPoolExecutor(WORKERS) as readers:
            return list(readers.map(ask, [meeting] * WORKERS))

    return ask_all


def test_a_process_that_is_busy_leaves_what_comes_to_others(meet: Callable[[], list[dict[str, Any]]]) -> None:
    for _ in range(10):
        answers = meet()

        assert all(answer["met"] for answer in answers)
        assert len({answer["pid"] for answer in answers}) == WORKERS


def test_a_process_that_ends_is_replaced_on_its_processor(meet: Callable[[], list[dict[str, Any]]]) -> None:
    before = {answer["pid"]: answer["processors"] for answer in meet()}
    killed = next(iter(before))

    os.kill(killed, signal.SIGKILL)

    def pids_without_killed() -> set[int]:
        pids = {answer["pid"] for answer in meet()}
        assert killed not in pids
        return pids

    after = eventually(pids_without_killed, seconds=30)
    processors = [answer["processors"] for answer in meet()]

    assert len(after) == WORKERS
    assert all(len(own) == 1 for own in processors)
    assert sorted(processors) == sorted(before.values())
