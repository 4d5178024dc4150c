"""`make bench-notifications`: whether mails are caused and sent as fast as promised, as ratios to bare code of the same
run.

`--write` puts the table into its section of docs/benchmarks.md, `--quick` takes fewer and shorter rounds, and names of
parts (mails, rows, letters, commits) measure these alone.
"""

import socket

from tests.bench.command import Bench, Start, say
from tests.bench.notifications import commits, letters, mails, rows
from tests.bench.notifications.setting import QUICK, Effort, Setting
from tests.processes import Process
from tests.waiting import eventually


def _prepare(start: Start) -> Setting:
    return Setting(
        engines=start.engines,
        effort=QUICK if start.quick else Effort(),
        processes=start.processes,
        sink=start_sink(start.processes),
        say=say,
    )


def start_sink(processes: list[Process]) -> Process:
    """A mail server that takes everything."""
    sink = Process("tests.bench.notifications.sink", environment={})
    sink.args = (*sink.args, str(sink.port))
    processes.append(sink.start())
    eventually(lambda: _listens(sink.port), seconds=10)
    return sink


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


BENCH = Bench(
    service="notifications",
    description="How fast mails are caused and sent.",
    prepare=_prepare,
    parts={"mails": mails.measure, "rows": rows.measure, "letters": letters.measure, "commits": commits.measure},
)

if __name__ == "__main__":
    BENCH.run()
