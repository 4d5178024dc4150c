"""A figure with its goal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.bench import report

HEADINGS = ("figure", "ours", "reference", "ratio", "goal", "met")


@dataclass(frozen=True, kw_only=True)
class Row:
    """`unit` is that of `ours` and of `reference`. Without anything to compare, `reference` is None."""

    figure: str
    ours: float
    reference: float | None = None
    ratio: float | None = None
    unit: str
    goal: str
    met: bool

    def cells(self) -> list[str]:
        """Return the row's cells in the table."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return [
            self.figure,
            self._show(self.ours),
            self._show(self.reference),
            ratio,
            self.goal,
            "yes" if self.met else "no",
        ]

    def _show(self, value: float | None) -> str:
        if value is None:
            return ""
        return f"{value:,.{2 if value < 100 and value != round(value) else 0}f} {self.unit}".strip()


def fast(figure: str, rounds: Sequence[report.Round], *, least: float) -> Row:
    """Requests a second, ours and the reference's."""
    ours, reference, ratio = report.medians(rounds)
    return Row(
        figure=figure, ours=ours, reference=reference, ratio=ratio, unit="/s", goal=f"≥ {least:.2f}", met=ratio >= least
    )


def not_slower(figure: str, rounds: Sequence[report.Round], *, most: float) -> Row:
    """Milliseconds, of the large and of the small catalog."""
    ours, reference, ratio = report.medians(rounds)
    return Row(
        figure=figure, ours=ours, reference=reference, ratio=ratio, unit="ms", goal=f"≤ {most:g}", met=ratio <= most
    )


def bounded(figure: str, value: float, *, most: float, unit: str = "") -> Row:
    """A figure that stands for itself."""
    return Row(figure=figure, ours=value, unit=unit, goal=f"≤ {most:g} {unit}".strip(), met=value <= most)


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]


def as_table(rows: Sequence[Row]) -> str:
    return report.table(HEADINGS, [row.cells() for row in rows])
