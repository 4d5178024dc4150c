"""The setting that all parts of the bench share."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.processes import Process
from tests.servers.engines import Engines


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The length of a run: rounds; mails, events, readers and calm seconds of a round."""

    rounds: int = 5
    mails: int = 3000
    events: int = 4000
    readers: int = 100_000
    calm: int = 10


QUICK = Effort(rounds=3, mails=1000, events=2000, readers=20_000, calm=5)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`sink` takes every mail; `processes` end with the bench; `say` tells what is going on."""

    engines: Engines
    effort: Effort
    processes: list[Process]
    sink: Process
    say: Callable[[str], None]
