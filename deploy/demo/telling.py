"""How the story is told in the terminal."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Line:
    """A line of the final table: what was counted, what had to come out, what did."""

    what: str
    expected: object
    found: object

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


class Teller:
    """Tells steps as they happen, with the seconds since the story began."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, width=110)
        self.began = time.monotonic()

    def step(self, number: int, title: str) -> None:
        self.console.print(f"\n[bold]{number}. {title}[/]")

    def say(self, text: str) -> None:
        self.console.print(f"  [dim]{time.monotonic() - self.began:5.1f} s[/]  {text}")

    def show(self, lines: list[Line]) -> bool:
        """The table, and whether everything agrees."""
        table = Table("", "counted", "expected", "found", title="What came of it", title_justify="left")
        for line in lines:
            mark = "[green]✓[/]" if line.agrees else "[red]✗[/]"
            table.add_row(mark, line.what, str(line.expected), str(line.found))
        self.console.print()
        self.console.print(table)
        return all(line.agrees for line in lines)


def wait_for(what: str, check: Callable[[], bool], *, seconds: float, explain: Callable[[], object] = str) -> None:
    """Return as soon as `check` holds. Raises TimeoutError that says what was waited for, and how things stand."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}, in vain. {explain()}")
        time.sleep(0.1)
