"""A key for repeating a request opens nothing: an answer is kept for who asked, and shown to nobody who is refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.http import idempotency
from tests.registration.registration import Registration
from tests.registration.rules import set_rules
from tests.security.houses import House
from tests.security.linked import ADA, BODIES, EVE, Things, linked, signed_in
from tests.security.routes import Route, access, scope_for
from tests.security.test_staff_access import intruders

KEY = {"Idempotency-Key": "a-key-that-somebody-used"}
KEPT = b'{"kept": "the answer of somebody else"}'


@pytest.fixture
def everything_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever key is looked up, there is an answer to it."""

    def find(_: Any, key: idempotency.Key) -> dict[str, Any]:
        return {"request_hash": key.hash, "status": 200, "headers": {}, "body": KEPT}

    monkeypatch.setattr(idempotency, "_find", find)


def repeatable(house: House) -> list[Route]:
    return [route for route in house.routes if vars(route.view).get("idempotent") and access()[route.name] != "anybody"]


@pytest.mark.covers("API1:2023", "API5:2023", "ASVS 8.2.1", "ASVS 8.3.1")
def test_no_kept_answer_is_given_to_who_is_refused(house: House, everything_kept: None) -> None:
    """Every route that keeps answers, asked without its credential and with others, as if any key had been used."""
    before, opened = house.content(), []
    for route in repeatable(house):
        for what, options in strangers(house, route):
            headers = {**options.pop("headers", {}), **KEY}
            body = {"json": BODIES.get(route.name, {})}
            answer = house.ask(route, **options, headers=headers, **body)
            if answer.status_code not in (401, 403, 404) and "Unknown parameter." not in answer.text:
                opened.append((route.name, what, answer.status_code))
            if KEPT in answer.data or "Idempotent-Replayed" in answer.headers:
                opened.append((route.name, what, "replayed"))

    assert opened == []
    assert house.content() == before


def strangers(house: House, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    if scope := scope_for(route):
        yield from intruders(house, route, scope)
        return
    yield "nothing", {}
    yield "garbage for a token", {"query_string": {"token": "a.b"}}
    yield "staff without the scope", {"headers": {"Authorization": f"Bearer {house.staff('notifications:read')}"}}
    yield "staff that may only read", {"headers": {"Authorization": f"Bearer {house.staff('registration:read')}"}}


def test_there_are_routes_that_keep_answers(registering: House) -> None:
    names = [route.name for route in repeatable(registering)]

    assert "POST /registration/v1/registrations/<uuid:id>/accept" in names
    assert "POST /registration/v1/invitations/<code>/transfer" in names
    assert len(names) > 5


@pytest.fixture
def offered(registration: Registration) -> str:
    """The address at which an offered seat is accepted, without a token."""
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second = registration.register(ADA), registration.register(EVE)
    registration.client.delete(registration.link(first))
    assert registration.value("SELECT status FROM registrations WHERE id = %s", second.json["id"]) == "offered"
    return f"/registration/v1/registrations/{second.json['id']}/accept"


@pytest.mark.covers("API1:2023", "ASVS 8.2.1")
def test_what_staff_were_answered_is_given_again_to_them_alone(
    registration: Registration, registering: House, offered: str
) -> None:
    first = registration.client.post(offered, headers={**registration.staff, **KEY})
    again = registration.client.post(offered, headers={**registration.staff, **KEY})
    reader = {"Authorization": f"Bearer {registering.staff('notifications:read')}"}

    assert (first.status_code, again.status_code) == (200, 200)
    assert "Idempotent-Replayed" in again.headers
    for headers in ({}, reader):
        answer = registration.client.post(offered, headers={**headers, **KEY})
        assert (answer.status_code, answer.json["detail"]) == (404, "There is no such registration.")


@pytest.mark.covers("API1:2023", "ASVS 8.2.1")
def test_who_is_refused_learns_nothing_by_what_is_wrong_with_a_request(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    """What is validated would tell them what is there, and how the request is to be."""
    found = {
        (route.name, registering.ask(route, route.address(id=id), json={"nonsense": 1}, headers=KEY).status_code)
        for route, purpose in linked(registering)
        if purpose == "manage" and route.is_api
        for id in (taking_part.ada["manage"], "7b0f5dc4-4c8e-4a57-a4e3-fb5b1c2ad2a7")
    }

    assert {status for _, status in found} == {404}


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
def test_what_somebody_signed_in_was_answered_is_nobody_elses(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    """Somebody signed in is told of what stands already; another who sends the same is not."""
    body = {"session": "first", "email": ADA, "name": "Ada", "library": {"name": "X", "type": "public"}}

    def ask(client: Any) -> Any:
        return client.post(
            "/registration/v1/registrations", json=body, headers=KEY, base_url="https://learning.example.org"
        )

    own = ask(signed_in(registering, taking_part.ada))
    others = [ask(registering.client), ask(signed_in(registering, taking_part.eve))]

    assert own.status_code == 200
    assert own.json["id"] == taking_part.ada["manage"]
    for answer in others:
        assert taking_part.ada["manage"] not in answer.text
        assert "Idempotent-Replayed" not in answer.headers


def test_an_answer_is_given_again_to_the_one_who_asked(registration: Registration) -> None:
    registration.hold("first")
    first, again = (registration.register(ADA, "first", key="the-key-of-ada") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
