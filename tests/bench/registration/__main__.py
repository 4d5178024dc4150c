"""`make bench-registration`: whether registration is as fast as promised, as ratios to bare code of the same run.

`--write` puts the table into its section of docs/benchmarks.md, `--quick` takes fewer and shorter rounds, and names of
parts (seats, scale, messages, effect) measure these alone. Needs `wrk`.
"""

from tests.bench.command import Bench, Start, say
from tests.bench.registration import data, effect, messages, seats, servers
from tests.bench.registration.setting import QUICK, Effort, Setting

FEW = 10_000


def _prepare(start: Start) -> Setting:
    data.make(start.engines, data.SMALL, registrations=FEW)
    return Setting(
        engines=start.engines,
        folder=start.folder,
        effort=QUICK if start.quick else Effort(),
        processes=start.processes,
        api=servers.start_first_api(start.engines, start.processes),
        say=say,
    )


BENCH = Bench(
    service="registration",
    description="How fast seats are taken, and events go.",
    prepare=_prepare,
    parts={
        "seats": seats.measure,
        "scale": seats.measure_scale,
        "messages": messages.measure,
        "effect": effect.measure,
    },
    durable=True,
)

if __name__ == "__main__":
    BENCH.run()
