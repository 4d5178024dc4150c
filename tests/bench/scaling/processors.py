"""Processor time of each program during a measurement, from the kernel's counters (proc(5), stat)."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# Names of programs; the remainder is the load and the rest of the machine.
PARTS = {"postgres": "PostgreSQL", "beam.smp": "RabbitMQ"}
OURS = "services."
TICKS = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))


@dataclass
class Work:
    """Seconds of processors that each part used, and the seconds that passed."""

    parts: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0

    @property
    def total(self) -> float:
        return sum(self.parts.values())


@contextmanager
def watched() -> Iterator[Work]:
    """Measure the work within the block, for processes that still run at its end."""
    work, before, began = Work(), _read(), time.perf_counter()
    yield work
    work.seconds = time.perf_counter() - began
    for pid, (part, used) in _read().items():
        work.parts[part] += used - before.get(pid, (part, 0.0))[1]


def _read() -> dict[str, tuple[str, float]]:
    """The part and the seconds so far of each process that is of one."""
    found: dict[str, tuple[str, float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, fields = (folder / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
            part = PARTS.get(name) or ("ours" if OURS in (folder / "cmdline").read_text() else None)
            if part:
                user, system = fields.split()[11:13]
                found[folder.name] = part, (int(user) + int(system)) / TICKS
    return found
