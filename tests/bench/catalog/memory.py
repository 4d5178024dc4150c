"""The memory of an api process stays the same whatever it is asked."""

import re
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.bench import running
from tests.bench.catalog import servers
from tests.bench.catalog.data import THOUSAND
from tests.bench.catalog.setting import Setting
from tests.bench.client import Client
from tests.bench.rows import Row, bounded

CLIENTS = 8
MOST = 100  # MiB


def measure(setting: Setting) -> list[Row]:
    """Measure the largest process of a new api."""
    setting.say(f"memory, {setting.effort.memory:,} questions")
    with running.running() as processes:
        api = servers.start_api(setting.engines, THOUSAND, processes)
        _ask(api.port, islice(setting.questions.of_any_kind(), 200))
        before = _resident(api.pid)
        _ask(api.port, islice(setting.questions.of_any_kind(), setting.effort.memory))
        after = _resident(api.pid)
    figure = f"an api process grows by, from {before:.0f} MiB, in {setting.effort.memory:,} different questions"
    return [bounded(figure, after - before, most=MOST, unit="MiB")]


def _ask(port: int, questions: Iterator[str]) -> None:
    """Several clients share the questions."""
    lock = threading.Lock()

    def work() -> None:
        client = Client(port)
        while True:
            with lock:
                question = next(questions, None)
            if question is None:
                return
            client.get(question)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _resident(master: int) -> float:
    """MiB of the largest of gunicorn's workers."""
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(_kibibytes(int(worker)) for worker in workers) / 1024


def _kibibytes(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])
