"""What a plan holds, and that a seed says all of it."""

from collections import Counter

from tests.faults.injections import EVERY
from tests.faults.plan import draw


def test_the_same_seed_draws_the_same_plan_and_another_one_another() -> None:
    first, again, other = (draw(EVERY, faults=100, seed=seed) for seed in (7, 7, 8))

    assert [step.describe() for step in first] == [step.describe() for step in again]
    assert [step.describe() for step in first] != [step.describe() for step in other]


def test_every_fault_comes_before_any_comes_again_and_pairs_touch_different_parts() -> None:
    steps = draw(EVERY, faults=3 * len(EVERY), seed=1)

    assert sum(len(step.injections) for step in steps) >= 3 * len(EVERY)
    assert set(Counter(step.injections[0].name for step in steps[: len(EVERY)]).values()) == {1}
    pairs = [step.injections for step in steps if len(step.injections) > 1]
    assert pairs
    assert all(len({one.touches for one in pair}) == len(pair) for pair in pairs)


def test_no_two_faults_have_one_name() -> None:
    assert max(Counter(one.name for one in EVERY).values()) == 1
