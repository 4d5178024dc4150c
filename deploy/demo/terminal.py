"""Terminal output of the scenario."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDTH = 120
MOST_DETAILS = 20


@dataclass(frozen=True)
class Line:
    """A line of the final table: what was counted, what had to come out, what did; and which in detail, where a number
    does not say it.
    """

    what: str
    expected: object
    found: object
    details: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


class Terminal:
    """Tells steps as they happen, with the seconds since the scenario began; plainly where that is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
        self.began = time.monotonic()

    def step(self, number: int, title: str) -> None:
        self.console.print(f"\n[bold]{number}. {title}[/]")

    def say(self, text: str) -> None:
        self.console.print(f"  [dim]{time.monotonic() - self.began:5.1f} s[/]  {text}", soft_wrap=True)

    def add(self, sentences: list[str]) -> None:
        """Print sentences below a step."""
        for sentence in sentences:
            self.console.print(f"           [dim]{sentence}[/]", soft_wrap=True)

    def show(self, lines: list[Line]) -> bool:
        """The table, and whether everything agrees; below it, what does not."""
        table = Table(title="What came of it", title_justify="left", box=SIMPLE)
        for heading in ("", "counted", "expected", "found"):
            table.add_column(heading, no_wrap=True, justify="right" if heading in ("expected", "found") else "left")
        for line in lines:
            mark = "[green]✓[/]" if line.agrees else "[red]✗[/]"
            table.add_row(mark, line.what, _write(line.expected), _write(line.found))
        self.console.print()
        self.console.print(table)
        different = [line for line in lines if not line.agrees]
        for line in different:
            expected, found = _write(line.expected), _write(line.found)
            self.console.print(f"[red]{escape(line.what)}[/]: expected {expected}, found {found}", soft_wrap=True)
            for detail in line.details[:MOST_DETAILS]:
                self.console.print(f"    {escape(detail)}", soft_wrap=True)
        return not different


def _write(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else escape(str(value))


def wait_for(what: str, check: Callable[[], bool], *, seconds: float, explain: Callable[[], object] = str) -> None:
    """Return as soon as `check` holds. Raises TimeoutError that says what was waited for, and the present state."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}, in vain. {explain()}")
        time.sleep(0.1)
