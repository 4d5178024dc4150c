"""Lines between two parts that are cut, slow, half-open, or cut at the one moment that matters."""

from collections.abc import Callable
from random import Random

from deploy.native.services import SERVICES
from tests.faults.injections.injection import Injection
from tests.faults.proxy import AMQP_ACK, POSTGRES_COMMIT, Direction, Proxy
from tests.faults.site import FaultSite

PARTS = {"postgres": "PostgreSQL", "amqp": "RabbitMQ"}
LINES = (
    *((service, part) for service in SERVICES for part in PARTS),
    ("notifications", "smtp"),
    *(("gateway", service) for service in SERVICES),
)
NAMES = {**PARTS, "smtp": "the mail server"}


def _on(line: tuple[str, str], what: str, act: Callable[[Proxy, Random], object], *lasts: float) -> Injection:
    """A fault of one line; what is hurt is known by the line's ends."""
    caller, called = line

    def begin(site: FaultSite, random: Random) -> str:
        proxy = site.lines[line]
        before = proxy.connections
        act(proxy, random)
        return f"{before} connections"

    name = f"line from {caller} to {NAMES.get(called, called)} {what}"
    touches = {"postgres": "database", "amqp": "broker", "smtp": "mail"}.get(called, f"{called}-api")
    return Injection(name, touches, begin, lambda site: site.lines[line].heal(), (lasts[0], lasts[-1]))


def _on_a_line(what: str, act: Callable[[Proxy, Random], object], *lasts: float) -> Injection:
    """A fault of any line, drawn when it comes."""
    hurt: list[Proxy] = []

    def begin(site: FaultSite, random: Random) -> str:
        line = random.choice(LINES)
        proxy = site.lines[line]
        hurt.append(proxy)
        act(proxy, random)
        return proxy.name

    def end(_site: FaultSite) -> None:
        while hurt:
            hurt.pop().heal()

    return Injection(f"a line {what}", "network", begin, end, (lasts[0], lasts[-1]))


def _cut(proxy: Proxy, _random: Random) -> None:
    proxy.cut()


ACKNOWLEDGED: tuple[tuple[str, Direction], ...] = (
    ("a publisher's confirm", "down"),
    ("a consumer's acknowledgement", "up"),
)
INJECTIONS = (
    _on_a_line("cut", _cut, 0),
    _on_a_line("away: connections refused", lambda proxy, _random: proxy.refuse(), 1, 5),
    _on_a_line("half-open: nothing comes through, nothing is said", lambda proxy, _random: proxy.blackhole(), 2, 8),
    _on_a_line("half-open: answers do not come back", lambda proxy, _random: proxy.half_open("down"), 2, 6),
    _on_a_line("slow: 0.1 to 0.5 s each way", lambda proxy, random: proxy.delay(random.uniform(0.1, 0.5), 0.1), 2, 5),
    *(
        _on(
            (service, "postgres"),
            f"cut {when} the answer to COMMIT",
            lambda proxy, _random, before=before: proxy.cut_after(POSTGRES_COMMIT, before=before, times=3),
            1,
            3,
        )
        for service in SERVICES
        for when, before in (("before", True), ("after", False))
    ),
    *(
        _on(
            (service, "amqp"),
            f"cut before {which}",
            lambda proxy, _random, way=way: proxy.cut_after(AMQP_ACK, way, before=True, times=2),
            1,
            3,
        )
        for service in SERVICES
        for which, way in ACKNOWLEDGED
        if (service, way) != ("notifications", "down")  # which publishes too seldom for that
    ),
)
