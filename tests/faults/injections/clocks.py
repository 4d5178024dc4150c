"""Clocks that differ by minutes between services."""

from random import Random

from deploy.native.services import SERVICES
from tests.faults.injections.injection import Injection
from tests.faults.site import FaultSite


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


INJECTIONS = tuple(_set(service) for service in SERVICES)
