"""Whole series and groups of colleagues, registered in one go."""

from typing import Any

from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.rules import QUESTIONS, set_rules


def register_series(registration: Registration, email: str = "ada@x.org", **fields: Any) -> Any:
    body = {"email": email, "name": "Ada", "library": LIBRARY, **fields}
    return registration.client.post(f"{V1}/series/large-urban-public/registrations", json=body)


def register_group(registration: Registration, *emails: str, **fields: Any) -> Any:
    """Register a group as staff, which takes effect at once; for others see tests/registration/test_groups.py."""
    people = [{"email": email, "name": "Grace Hopper"} for email in emails]
    body = {
        "session": "world-cafe",
        "registrar": {"email": "boss@x.org", "name": "Grace Hopper"},
        "library": LIBRARY,
        "people": people,
        **fields,
    }
    return registration.client.post(f"{V1}/group-registrations", json=body, headers=registration.staff)


def test_one_form_registers_for_every_open_session_of_a_series(registration: Registration) -> None:
    for slug in ("introduction", "world-cafe", "dialogue"):
        registration.hold(slug, series="large-urban-public")
    registration.hold("workshop", series="large-urban-public", policy="invitation")
    registration.hold("past", series="large-urban-public", status="held")

    made = register_series(registration)

    assert made.status_code == 201
    assert {one["session"]: one["status"] for one in made.json["items"]} == dict.fromkeys(
        ("introduction", "world-cafe", "dialogue"), "confirmed"
    )
    again = register_series(registration)
    # For an existing registration it only says that it exists.
    assert again.status_code == 200
    assert again.json["items"] == [{"session": one["session"], "advice": None} for one in made.json["items"]]


def test_a_series_is_registered_for_as_a_whole_or_not_at_all(registration: Registration) -> None:
    registration.hold("introduction", series="large-urban-public")
    registration.hold("world-cafe", series="large-urban-public")
    set_rules(registration, questions=QUESTIONS)

    refused = register_series(registration)
    unknown = register_series(registration, answers={"experience": "Some", "shoes": "42"})
    made = register_series(registration, answers={"experience": "Some"})

    assert refused.status_code == unknown.status_code == 422
    assert registration.events("registration") == ["registration.confirmed", "registration.confirmed"]
    assert len(made.json["items"]) == 2


def test_a_series_without_an_open_session_says_so(registration: Registration) -> None:
    registration.hold("workshop", series="large-urban-public", policy="invitation")

    refused = register_series(registration)

    assert (refused.status_code, refused.json["type"]) == (409, "urn:convene:problem:registration-closed")
    assert registration.client.post(f"{V1}/series/nothing/registrations", json={}).status_code == 422


def test_a_group_gets_seats_and_places_in_line_in_its_order(registration: Registration) -> None:
    registration.hold(capacity=2)

    made = register_group(registration, "c@x.org", "a@x.org", "b@x.org", "boss@x.org")

    assert made.status_code == 201
    assert [(one["status"], one["position"]) for one in made.json["items"]] == [
        ("confirmed", None), ("confirmed", None), ("waitlisted", 1), ("waitlisted", 2),
    ]  # fmt: skip
    entries = registration.roster()["items"]
    assert [(one["email"], one["registered_by"]) for one in entries] == [
        ("c@x.org", "Grace Hopper"), ("a@x.org", "Grace Hopper"), ("b@x.org", "Grace Hopper"), ("boss@x.org", None),
    ]  # fmt: skip
    assert registration.events("registration").count("registration.waitlisted") == 2


def test_a_group_is_registered_as_a_whole_or_not_at_all(registration: Registration) -> None:
    registration.hold()

    twice = register_group(registration, "a@x.org", "A@x.org")
    no_address = register_group(registration, "a@x.org", "nobody")
    set_rules(registration, questions=QUESTIONS)
    unanswered = register_group(
        registration, people=[{"email": "a@x.org", "name": "A", "answers": {"experience": "x"}},
                              {"email": "b@x.org", "name": "B"}],
    )  # fmt: skip

    assert twice.status_code == no_address.status_code == 422
    assert "people.1.answers.experience" in unanswered.json["errors"]
    assert registration.availability()["confirmed"] == 0
    assert registration.value("SELECT count(*) FROM people") == 0


def test_a_group_has_fifty_people_at_most(registration: Registration) -> None:
    registration.hold()

    assert register_group(registration, *[f"p{n}@x.org" for n in range(51)]).status_code == 422
    assert register_group(registration, *[f"p{n}@x.org" for n in range(50)]).status_code == 201
