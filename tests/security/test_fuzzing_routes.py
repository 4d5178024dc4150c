"""Every route of the three OpenAPI documents keeps to its document, whatever is sent: schemathesis, with all checks,
asked by staff, by a learner who is signed in, and by nobody; and along the links from one answer to the next request.

`CASES=thousands` adds the phase that covers each schema systematically, and sends many thousands of requests to each
service in place of some hundreds.
"""

import os
from typing import Any

import pytest

from tests.security.hostile import Door
from tests.security.trials import try_out

pytest_plugins = ["tests.security.hostile"]

MANY = os.environ.get("CASES") == "thousands"
CASES = 100 if MANY else 2
ONE_BY_ONE: dict[str, Any] = {"coverage": {"enabled": MANY}, "stateful": {"enabled": False}}
LINKED: dict[str, Any] = {
    **{phase: {"enabled": False} for phase in ("examples", "coverage", "fuzzing")},
    "stateful": {"max-steps": 6, "generation": {"max-examples": 300 if MANY else 5}},
}

pytestmark = pytest.mark.timeout(7200 if MANY else 300)


@pytest.mark.covers("API3:2023", "API4:2023", "API8:2023", "API9:2023", "ASVS 2.2.1", "ASVS 4.1.1")
def test_every_route_keeps_to_its_document_for_staff(door: Door) -> None:
    asked, wrong = try_out(door, door.staff, ONE_BY_ONE, CASES)

    assert asked > 100
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.covers("API2:2023", "API3:2023", "API4:2023", "ASVS 2.2.1")
def test_every_route_keeps_to_its_document_for_learners_and_for_nobody(door: Door) -> None:
    signed_in = {"Cookie": f"convene_learner={door.learner}"} if door.learner else {}

    asked, wrong = try_out(door, signed_in, ONE_BY_ONE, CASES)

    assert asked > 100
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.covers("API3:2023", "API6:2023", "ASVS 2.3.1")
def test_what_one_answer_leads_to_keeps_to_its_document(door: Door) -> None:
    asked, wrong = try_out(door, door.staff, LINKED, CASES)

    assert asked > 5
    assert not wrong, "\n\n".join(wrong)
