"""What clients did and what they were told: an append-only file of one JSON line for each half of an operation.

`invoke` stands before the first request, so that nothing which may have taken effect is missing. `ok` is an answer of
success that was read whole, `fail` a definite refusal, `info` an attempt of which nobody knows what became of it; the
same operation is then tried again. An operation that ends without `ok` or `fail` is unknown.
"""

import itertools
import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4


@dataclass
class Operation:
    """One thing that somebody wanted, with everything that was heard of it. Times are seconds of the wall clock."""

    id: str
    kind: str
    wanted: dict[str, Any]
    began: float
    phase: str = "invoke"
    ended: float | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    unknown: int = 0  # attempts of which nobody knows what became of them

    @property
    def acknowledged(self) -> bool:
        return self.phase == "ok"

    @property
    def refused(self) -> bool:
        return self.phase == "fail"


class History:
    """The record of a run, in `file` and in memory. Safe for threads."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("w")
        self._lock = threading.Lock()
        self.operations: dict[str, Operation] = {}
        self.lines: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def invoke(self, kind: str, **wanted: Any) -> Operation:
        """Say that an operation begins."""
        operation = Operation(str(uuid4()), kind, wanted, time.time())
        with self._lock:
            self.operations[operation.id] = operation
        self._write(operation, "invoke", wanted)
        return operation

    def note(self, operation: Operation, phase: str, **answer: Any) -> None:
        """Say what was heard: `ok`, `fail` or `info`."""
        if phase == "info":
            operation.unknown += 1
        else:
            operation.phase, operation.ended, operation.answer = phase, time.time(), answer
        self._write(operation, phase, answer)

    def of(self, *kinds: str) -> list[Operation]:
        """Operations of these kinds, in the order in which they began."""
        with self._lock:
            return [operation for operation in self.operations.values() if operation.kind in kinds]

    def recent(self, kind: str, *, since: float) -> list[Operation]:
        """Operations of this kind that began after `since`, the latest first."""
        with self._lock:
            latest = list(itertools.takewhile(lambda one: one.began > since, reversed(self.operations.values())))
        return [operation for operation in latest if operation.kind == kind]

    def tell(self, operation: Operation) -> list[str]:
        """Everything that is known of one operation, a line each."""
        return [json.dumps(line) for line in self.lines[operation.id]]

    def close(self) -> None:
        self._file.close()

    def _write(self, operation: Operation, phase: str, detail: dict[str, Any]) -> None:
        line = {"at": time.time(), "op": operation.id, "kind": operation.kind, "phase": phase, **detail}
        with self._lock:
            self.lines[operation.id].append(line)
            if not self._file.closed:
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()
