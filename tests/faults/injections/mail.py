"""A mail server that is slow, refuses, or drops the line before, within and after DATA."""

from collections.abc import Callable
from random import Random

from tests.faults.injections.injection import Injection
from tests.faults.mailsink import MailSink
from tests.faults.site import FaultSite


def _script(name: str, act: Callable[[MailSink], object]) -> Injection:
    def begin(site: FaultSite, _random: Random) -> str:
        act(site.sink)
        return "scripted"

    return Injection(f"mail server {name}", "mail", begin, lambda site: site.sink.heal(), (1.5, 4.0))


INJECTIONS = (
    _script("slow: 1 s before each reply", lambda sink: sink.slow(1.0)),
    _script("refuses for now at MAIL (4xx)", lambda sink: sink.temporary("mail")),
    _script("refuses for now at RCPT (4xx)", lambda sink: sink.temporary("rcpt")),
    _script("refuses for now at the final dot (4xx)", lambda sink: sink.temporary("dot")),
    _script("refuses for good at the final dot (5xx)", lambda sink: sink.permanent("dot")),
    _script("busy (421)", lambda sink: sink.busy()),
    _script("drops the line before DATA", lambda sink: sink.drop("data")),
    _script("drops the line within DATA", lambda sink: sink.drop("body")),
    _script("drops the line after the final dot, mail not taken", lambda sink: sink.drop("dot")),
    _script("drops the line after the final dot, mail taken", lambda sink: sink.drop("stored")),
)
