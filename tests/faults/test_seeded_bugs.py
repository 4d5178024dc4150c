"""The checker is itself checked: bugs that are put into a real system are found, each by the rule made for it."""

import pytest

from tests.faults.injections import EVERY
from tests.faults.plan import draw
from tests.faults.run import play

SEED = 11
# What is broken meanwhile, and the rules of which one at least must speak.
CASES = {
    "ack_before_commit": ("-worker killed", {"not come to rest", "services know different registrations"}),
    "mark_before_confirm": ("-worker killed", {"not come to rest", "services know different registrations"}),
    "seat_without_lock": ("clock of", {"seat oversold", "seats miscounted", "ledger of seats does not add up"}),
    "ignore_sequence": ("to registration twice and in another order", {"services know different sessions"}),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", CASES)
def test_the_checker_finds(bug: str) -> None:
    broken, rules = CASES[bug]
    steps = draw([one for one in EVERY if broken in one.name], faults=40, seed=SEED)

    result = play(steps, seed=SEED, minutes=0.6, say=print, bug=bug, patience=20)

    found = {violation.rule for violation in result.violations}
    assert found & rules, f"{bug} was not found; what was: {found}"
