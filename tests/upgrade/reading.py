"""People who only read, all the while, and remember every time that they were not answered."""

import itertools
import threading
from types import TracebackType
from typing import Self

import httpx

from tests.faults import world

PATHS = (
    "/catalog/v1/sessions",
    f"/catalog/sessions/{world.CALM[0]}",
    f"/catalog/v1/sessions/{world.HOT[0]}",
    f"/registration/v1/sessions/{world.CALM[1]}/availability",
    f"/registration/sessions/{world.CALM[2]}",
    "/notifications/archive",
)
READERS = 3


class Readers:
    """Read every page of `PATHS` at `origin` until the block ends; `failures` are lines for a person."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.failures: list[str] = []
        self.answered = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, daemon=True) for _ in range(READERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _read(self) -> None:
        with httpx.Client(timeout=12, trust_env=False) as http:
            for path in itertools.cycle(PATHS):
                if self._stop.wait(0.05):
                    return
                try:
                    status = http.get(self.origin + path).status_code
                except httpx.TransportError as error:
                    status = repr(error)
                if status == 200:
                    self.answered += 1
                else:
                    self.failures.append(f"GET {path}: {status}")
