"""Figures of a bench as medians, a table, JSON, and a section of docs/benchmarks.md."""

import json
import re
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"

Round = tuple[float, float]


def medians(rounds: Sequence[Round]) -> tuple[float, float, float]:
    """Return the medians of ours, of the reference, and of the rounds' ratios."""
    ours, reference = (statistics.median(side) for side in zip(*rounds, strict=True))
    return ours, reference, statistics.median(own / other for own, other in rounds)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def keep(name: str, results: object) -> None:
    """Keep the figures of this run in `.convene/<name>.json`."""
    kept = ROOT / ".convene" / f"{name}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(results, indent=2) + "\n")


def write_section(name: str, text: str, *, page: Path = PAGE) -> None:
    """Put `text` into the section `name` of docs/benchmarks.md; other benches have the others."""
    head, *sections = re.split(r"^## ", page.read_text(), flags=re.MULTILINE)
    known = dict(section.split("\n", 1) for section in sections) | {name: f"\n{text}\n"}
    written = [head.strip(), *(f"## {title}\n\n{body.strip()}" for title, body in known.items())]
    page.write_text("\n\n".join(written) + "\n")
