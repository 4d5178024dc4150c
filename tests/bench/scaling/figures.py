"""Measurements for each number of replicas, beside the expectation of the model in docs/scaling.md."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench import report
from tests.bench.scaling.processors import CORES, Work
from tests.bench.scaling.setting import REPLICAS

HEADINGS = (
    "what", "replicas", "a second", "to one replica", "ms of ours", "of PostgreSQL", "of RabbitMQ", "processors in use",
    "the model's", "measured to model",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`rate` units a second by so many replicas, and the milliseconds of processors that each unit cost each part.
    `expected` is the rate of the model.
    """

    what: str
    replicas: int
    rate: float
    first: float
    costs: dict[str, float]
    in_use: float
    expected: float

    def cells(self) -> list[str]:
        return [
            self.what,
            str(self.replicas),
            f"{self.rate:,.0f}",
            f"{self.rate / self.first:.2f}",
            *(f"{self.costs[part]:.2f}" for part in ("ours", "PostgreSQL", "RabbitMQ")),
            f"{self.in_use:.0%}",
            f"{self.expected:,.0f}",
            f"{self.rate / self.expected:.2f}",
        ]


def scale(what: str, run: Callable[[int], tuple[float, Work]]) -> list[Figure]:
    """`run(replicas)` gives how many units were done, and the work meanwhile.

    The model: a replica brings what the first one did, until the processors of the machine are full; what a unit costs
    stays as it was with one.
    """
    figures: list[Figure] = []
    for replicas in REPLICAS:
        units, work = run(replicas)
        rate, cost = units / work.seconds, work.total / units
        first = figures[0] if figures else None
        full = CORES / (sum(first.costs.values()) / 1000 if first else cost)
        figures.append(
            Figure(
                what=what,
                replicas=replicas,
                rate=rate,
                first=first.rate if first else rate,
                costs={part: 1000 * work.parts[part] / units for part in ("ours", "PostgreSQL", "RabbitMQ")},
                in_use=work.total / (CORES * work.seconds),
                expected=min(replicas * first.rate, full) if first else rate,
            )
        )
    return figures


def as_table(figures: Sequence[Figure]) -> str:
    return report.table(HEADINGS, [figure.cells() for figure in figures])
