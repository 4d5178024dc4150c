"""Carries out a plan: begins each fault, ends it, and measures how long it takes until people are served again."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.history import History, Operation
from tests.faults.injections.injection import Injection
from tests.faults.plan import Step
from tests.faults.site import FaultSite

PATIENCE = 90.0
LOOK = 0.05
# Not to begin a fault while what the one before has set off still goes on at full speed would miss most of it; so only
# the first success is waited for, and a moment.
BREATH = 0.5


@dataclass
class Outcome:
    """What a step did and how long it was until the first success: an answer, and a mail, that were wanted after it.
    None where that did not come in time. `troubles` are those of the nemesis: a fault of a pair that was in the way of
    the other, so that this did not begin.
    """

    step: Step
    began: float
    details: list[str] = field(default_factory=list)
    begun: list[Injection] = field(default_factory=list)
    ended: float = 0.0
    answered: float | None = None
    mailed: float | None = None
    troubles: list[str] = field(default_factory=list)

    def describe(self) -> str:
        times = f"answer {_shown(self.answered)}, mail {_shown(self.mailed)}"
        return f"{self.step.describe()}: {times}; {'; '.join([*self.details, *self.troubles])}"


class Nemesis:
    """`say` hears of each step when it is over."""

    def __init__(self, site: FaultSite, history: History, say: Callable[[str], None]) -> None:
        self.site = site
        self.history = history
        self.say = say
        self.outcomes: list[Outcome] = []

    def carry_out(self, steps: list[Step], *, until: float) -> list[Outcome]:
        """Each step in turn, until the moment `until` of the monotonic clock."""
        for step in steps:
            if time.monotonic() > until:
                break
            outcome = self._do(step)
            self.outcomes.append(outcome)
            self.say(outcome.describe())
            time.sleep(BREATH)
        return self.outcomes

    def unserved(self) -> list[str]:
        """The steps after which nobody was served in time."""
        late = (one for one in self.outcomes if one.answered is None or one.mailed is None)
        return [outcome.describe() for outcome in late]

    def _do(self, step: Step) -> Outcome:
        outcome = Outcome(step, time.time())
        for injection in step.injections:
            try:
                outcome.details.append(injection.begin(self.site, Random(f"{step.seed}/{injection.name}")))
                outcome.begun.append(injection)
            except Exception as error:
                outcome.troubles.append(f"{injection.name} did not begin: {error!r}")
        time.sleep(step.lasts)
        for injection in reversed(step.injections):
            self._end(injection, outcome)
        outcome.ended = time.time()
        self._measure(outcome)
        return outcome

    def _end(self, injection: Injection, outcome: Outcome) -> None:
        """Again until it works: a fault that stays would be blamed on the system."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                injection.end(self.site)
                return
            except Exception as error:
                if time.monotonic() > deadline:
                    outcome.troubles.append(f"{injection.name} did not end: {error!r}")
                    return
                time.sleep(0.5)

    def _measure(self, outcome: Outcome) -> None:
        since, deadline = outcome.ended, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            made = self._made_since(since)
            if made and outcome.answered is None:
                outcome.answered = min(operation.ended or 0 for operation in made) - since
            arrivals = [mail.at for operation in made for mail in self.site.sink.to(operation.wanted["email"])]
            if arrivals:
                outcome.mailed = min(arrivals).timestamp() - since
                return
            time.sleep(LOOK)

    def _made_since(self, moment: float) -> list[Operation]:
        """Registrations of new people that were wanted and acknowledged after it."""
        recent = self.history.recent("register", since=moment)
        return [one for one in recent if one.acknowledged and one.answer.get("status") == 201]


def _shown(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"
