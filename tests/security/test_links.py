"""What lies behind the link in a mail is for whoever has it: its token is signed, for one purpose and one thing."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.security.houses import House
from tests.security.linked import REFUSALS, Things, carry, false_tokens, linked, sign, sign_as_before


def refused(purpose: str, status: int) -> bool:
    return status in REFUSALS.get(purpose, {404})


def walk(house: House, things: Things) -> list[tuple[str, str, int]]:
    """What opens of Ada's to tokens that are none, and to those of Eve's links where the address names Ada's thing."""
    settings = house.present.settings
    opened = []
    for route, purpose in linked(house):
        false = dict(false_tokens(purpose, things.ada[purpose], settings))
        if "id" in route.rule.arguments:
            false["of Eve's"] = sign(settings, purpose, things.eve[purpose])
            false["of Eve's, as before"] = sign_as_before(settings, purpose, things.eve[purpose])
        for what, token in false.items():
            options = carry(route, purpose, token, things.ada, things.slug)
            status = house.ask(route, **options).status_code
            if not refused(purpose, status):
                opened.append((route.name, what, status))
    return opened


@pytest.mark.covers("API1:2023", "API2:2023", "ASVS 8.2.2")
def test_no_link_but_its_own_opens_what_is_somebodys(registering: House, taking_part: Things) -> None:
    before = registering.content()

    assert linked(registering)
    assert walk(registering, taking_part) == []
    assert registering.content() == before


@pytest.mark.covers("API1:2023", "API2:2023", "ASVS 8.2.2")
def test_no_link_but_its_own_opens_a_subscription(notifying: House, reading: Things) -> None:
    before = notifying.content()

    assert linked(notifying)
    assert walk(notifying, reading) == []
    assert notifying.content() == before


def opens(house: House, things: Things, sign: Callable[[Any, str, str], str] = sign) -> dict[str, int]:
    """What Ada's own links open, each as if it was the first."""
    found = {}
    for route, purpose in linked(house):
        token = sign(house.present.settings, purpose, things.ada[purpose])
        with house.conn.transaction(force_rollback=True):
            options = carry(route, purpose, token, things.ada, things.slug)
            found[route.name] = house.ask(route, **options).status_code
    return found


@pytest.mark.parametrize("sign", [sign, sign_as_before])
def test_ones_own_links_open_all_of_it(registering: House, taking_part: Things, sign: Any) -> None:
    """What the walk above is refused, is not refused to everybody: only the session's rules let nobody pass it on."""
    found = {name: status for name, status in opens(registering, taking_part, sign).items() if status >= 400}

    assert found == {
        "POST /registration/invitations/<code>/transfer": 403,
        "POST /registration/v1/invitations/<code>/transfer": 403,
    }


@pytest.mark.parametrize("sign", [sign, sign_as_before])
def test_ones_own_links_open_ones_subscription(notifying: House, reading: Things, sign: Any) -> None:
    assert {name: status for name, status in opens(notifying, reading, sign).items() if status >= 400} == {}
