"""The setting that all parts of the bench share."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.processes import Process
from tests.servers.engines import Engines

REPLICAS = (1, 2, 4)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Seconds of requests; events and mails for each number of replicas."""

    seconds: int = 10
    events: int = 6000
    mails: int = 3000


QUICK = Effort(seconds=3, events=2000, mails=1000)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`sink` takes every mail; `processes` end with the bench; `say` tells what is going on."""

    engines: Engines
    effort: Effort
    processes: list[Process]
    sink: Process
    say: Callable[[str], None]
