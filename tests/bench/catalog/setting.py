"""The setting that all parts of the bench share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.catalog.questions import Questions
from tests.processes import Process
from tests.servers.engines import Engines


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The length of a run: rounds, seconds of each load, questions of a round to each catalog, questions for memory."""

    rounds: int = 5
    seconds: int = 3
    questions: int = 200
    memory: int = 20_000


QUICK = Effort(rounds=3, seconds=1, questions=60, memory=5_000)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`api` serves 1,000 sessions; `processes` end with the bench; `say` tells what is going on."""

    engines: Engines
    folder: Path
    effort: Effort
    processes: list[Process]
    api: Process
    questions: Questions
    say: Callable[[str], None]
