"""`make bench-scaling`: what one, two and four replicas of a process do, what that costs, and what is full first.

`--write` puts the table into docs/scaling.md, `--quick` measures for less long, and names of parts (requests, events,
mails) measure these alone. Needs `wrk`, and a machine that does nothing else.
"""

from tests.bench import report
from tests.bench.command import Bench, Start, say
from tests.bench.notifications.__main__ import start_sink
from tests.bench.registration import data
from tests.bench.scaling import events, mails, requests
from tests.bench.scaling.figures import as_table
from tests.bench.scaling.setting import QUICK, Effort, Setting

FEW = 10_000


def _prepare(start: Start) -> Setting:
    data.make(start.engines, data.SMALL, registrations=FEW)
    return Setting(
        engines=start.engines,
        effort=QUICK if start.quick else Effort(),
        processes=start.processes,
        sink=start_sink(start.processes),
        say=say,
    )


BENCH = Bench(
    service="scaling",
    description="What replicas bring, and what they cost.",
    prepare=_prepare,
    parts={"requests": requests.measure, "events": events.measure, "mails": mails.measure},
    durable=True,
    show=as_table,
    section="Measured",
    page=report.ROOT / "docs" / "scaling.md",
)

if __name__ == "__main__":
    BENCH.run()
