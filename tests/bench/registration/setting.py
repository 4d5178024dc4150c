"""The setting that all parts of the bench share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.processes import Process
from tests.servers.engines import Engines


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The length of a run: rounds, seconds of each load, requests of a round one by one, events of a round, and seconds
    in which effects are awaited.
    """

    rounds: int = 5
    seconds: int = 4
    requests: int = 400
    events: int = 4000
    calm: int = 10


QUICK = Effort(rounds=3, seconds=2, requests=150, events=2000, calm=5)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`api` has 10,000 registrations; `processes` end with the bench; `say` tells what is going on."""

    engines: Engines
    folder: Path
    effort: Effort
    processes: list[Process]
    api: Process
    say: Callable[[str], None]
