"""The waiting list keeps its order: events of a session, in the order in which they were recorded under its lock, are
folded into a line, and whoever moves up must be its head.
"""

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.violation import Violation

PREFIX = "registration.registration."


def overtake_nobody(evidence: Evidence) -> Iterator[Violation]:
    lines: dict[str, list[str]] = defaultdict(list)
    for event in evidence.rows["events"]:
        fact, line, id = event["type"].removeprefix(PREFIX), lines[event["session"]], event["subject"]
        if fact == "waitlisted":
            line.append(id)
        elif fact in ("promoted", "offered"):
            if line[:1] != [id]:
                ahead = line[: line.index(id)] if id in line else line
                yield Violation("waiting list overtaken", f"{event['session']}: {id} before {ahead}", (id, *ahead[:3]))
            if id in line:
                line.remove(id)
        elif fact == "confirmed" and line:
            yield Violation("waiting list jumped", f"{event['session']}: {id} before {line[:3]}", (id, *line[:3]))
        elif fact == "cancelled" and id in line:
            line.remove(id)


RULES = (overtake_nobody,)
