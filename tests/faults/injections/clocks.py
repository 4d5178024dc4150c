"""Clocks that differ by minutes between services: the programme's, and the whole machine's of a worker."""

from random import Random

from deploy.native.services import SERVICES
from tests.faults import clocks
from tests.faults.injections.injection import Injection
from tests.faults.site import WRONG_SECONDS, FaultSite


def _set(service: str) -> Injection:
    def begin(site: FaultSite, random: Random) -> str:
        minutes = random.choice((-7, -3, 3, 7))
        site.set_clock_of(service, minutes * 60)
        return f"{minutes:+} minutes"

    return Injection(
        f"clock of {service} off by minutes",
        "clock",
        begin,
        lambda site: site.set_clock_of(service, 0),
        (3.0, 6.0),
    )


def _move_to_a_wrong_machine(service: str) -> Injection:
    def begin(site: FaultSite, _random: Random) -> str:
        site.stop_process(f"{service}-worker")
        site.supervisor.start(f"wrong:{service}-worker-wrong")
        return f"{WRONG_SECONDS:+.0f} s"

    def end(site: FaultSite) -> None:
        site.supervisor.stop(f"wrong:{service}-worker-wrong")
        site.start_process(f"{service}-worker")

    return Injection(f"{service}-worker on a machine whose clock is wrong", f"{service}-worker", begin, end, (4.0, 8.0))


INJECTIONS = tuple(_set(service) for service in SERVICES)
if clocks.available():
    INJECTIONS += tuple(_move_to_a_wrong_machine(service) for service in SERVICES)
