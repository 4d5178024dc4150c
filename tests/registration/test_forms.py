"""Questions of forms, intended audiences, and corrections."""

from typing import Any

import pytest

from shared.events.catalog import Audience
from tests.registration.registration import V1, Registration
from tests.registration.rules import QUESTIONS, put_rules, set_rules
from tests.registration.samples import make_series


def test_a_form_asks_what_staff_set(registration: Registration) -> None:
    registration.hold()

    set_rules(registration, questions=QUESTIONS)

    form = registration.client.get(f"{V1}/sessions/world-cafe/form").json
    assert [question["key"] for question in form["questions"]] == ["experience", "lunch", "days"]
    assert registration.value("SELECT action FROM audit_log") == "rules.replace"


@pytest.mark.parametrize(
    "questions",
    [
        [{"key": "Bad Key", "label": "x", "kind": "text"}],
        [{"key": "a", "label": "x", "kind": "choice"}],
        [{"key": "a", "label": "x", "kind": "text", "options": ["A"]}],
        [{"key": "a", "label": "x", "kind": "choice", "options": ["A", "A"]}],
        [{"key": "a", "label": "x", "kind": "text"}, {"key": "a", "label": "y", "kind": "text"}],
    ],
)
def test_a_form_that_nobody_could_answer_is_refused(registration: Registration, questions: Any) -> None:
    registration.hold()

    assert put_rules(registration, {"questions": questions}).status_code == 422


def test_rules_are_changed_from_the_version_that_was_read(registration: Registration) -> None:
    registration.hold()
    path, staff = f"{V1}/sessions/world-cafe/rules", registration.staff
    read = registration.client.get(path, headers=staff)

    unread = registration.client.put(path, json={"offer_hours": 24}, headers=staff)
    first = put_rules(registration, {"offer_hours": 24})
    stale = registration.client.put(path, json={}, headers={**staff, "If-Match": read.headers["ETag"]})

    assert [unread.status_code, first.status_code, stale.status_code] == [428, 200, 412]
    assert registration.client.get(path, headers=staff).json["offer_hours"] == 24
    assert first.headers["ETag"] == registration.client.get(path, headers=staff).headers["ETag"]


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, "answers.experience"),
        ({"experience": ""}, "answers.experience"),
        ({"experience": 7}, "answers.experience"),
        ({"experience": "x" * 2001}, "answers.experience"),
        ({"experience": "A little", "lunch": "Fish"}, "answers.lunch"),
        ({"experience": "A little", "days": ["One", "One"]}, "answers.days"),
        ({"experience": "A little", "days": "One"}, "answers.days"),
        ({"experience": "A little", "days": [{}]}, "answers.days"),
        ({"experience": "A little", "shoes": "42"}, "answers.shoes"),
    ],
)
def test_answers_are_held_against_their_questions(registration: Registration, answers: Any, wrong: str) -> None:
    registration.hold()
    set_rules(registration, questions=QUESTIONS)

    refused = registration.register("ada@x.org", answers=answers)

    assert refused.status_code == 422
    assert wrong in refused.json["errors"]
    assert registration.availability()["confirmed"] == 0


def test_answers_and_needs_are_kept_for_staff(registration: Registration) -> None:
    registration.hold()
    set_rules(registration, questions=QUESTIONS)

    made = registration.register(
        "ada@x.org", answers={"experience": "A little", "days": ["One", "Three"]}, accommodations="Step-free access"
    )

    [entry] = registration.roster()["items"]
    assert entry["answers"] == {"experience": "A little", "days": ["One", "Three"]}
    assert entry["accommodations"] == "Step-free access"
    assert "accommodations" not in made.json


def test_a_recommendation_warns_and_forbids_nothing(registration: Registration) -> None:
    session = registration.hold(series="large-urban-public")
    audience = Audience(library_types=["academic"], community_sizes=["large", "urban"])
    registration.know_series(make_series([session.id], audience=audience))

    stranger = registration.register("ada@x.org")
    meant = registration.register("eve@x.org", library={"name": "Lakeside College", "type": "academic"})

    assert stranger.status_code == 201
    assert stranger.json["advice"] == (
        "Large and urban is meant for academic libraries of large or urban communities. You are welcome too."
    )
    assert meant.json["advice"] is None


def test_an_audience_that_staff_require_refuses_others(registration: Registration) -> None:
    session = registration.hold(series="large-urban-public")
    registration.know_series(make_series([session.id], audience=Audience(note="academic libraries")))
    registration.know_series(make_series([session.id], revision=2, audience=Audience(library_types=["academic"])))
    set_rules(registration, audience_required=True)

    refused = registration.register("ada@x.org")

    assert (refused.status_code, refused.json["type"]) == (403, "urn:convene:problem:not-for-this-audience")


def test_what_was_said_is_corrected_by_the_link(registration: Registration) -> None:
    registration.hold()
    made = registration.register("ada@x.org")

    corrected = registration.client.patch(registration.link(made), json={"name": "Ada Byron", "job_title": "Director"})

    assert corrected.status_code == 200
    assert (corrected.json["name"], corrected.json["job_title"]) == ("Ada Byron", "Director")
    assert corrected.json["library"] == {
        "name": "Springfield Public Library", "type": "public", "community_size": None, "state": None, "country": None,
    }  # fmt: skip
    assert registration.events("registration")[-1] == "registration.updated"
    registration.client.patch(registration.link(made), json={"name": "Ada Byron"})
    assert registration.events("registration").count("registration.updated") == 1


def test_only_staff_correct_an_address_and_keep_notes(registration: Registration) -> None:
    registration.hold()
    made = registration.register("ada@x.rog")
    path = f"{V1}/registrations/{made.json['id']}"

    refused = registration.client.patch(registration.link(made), json={"email": "eve@x.org", "note": "VIP"})
    corrected = registration.client.patch(
        path, json={"email": "Ada@x.org", "note": "Speaks"}, headers=registration.staff
    )

    assert refused.status_code == 422
    assert refused.json["errors"].keys() == {"email", "note"}
    assert corrected.json["email"] == "ada@x.org"
    assert registration.roster()["items"][0]["note"] == "Speaks"
    assert "note" not in registration.client.get(registration.link(made)).json


def test_an_address_that_is_anothers_is_refused(registration: Registration) -> None:
    registration.hold()
    made, _ = registration.register("ada@x.org"), registration.register("eve@x.org")

    refused = registration.client.patch(
        f"{V1}/registrations/{made.json['id']}", json={"email": "eve@x.org"}, headers=registration.staff
    )

    assert (refused.status_code, refused.json["type"]) == (409, "urn:convene:problem:email-taken")


def test_who_registers_may_want_the_newsletter_as_well(registration: Registration) -> None:
    registration.hold()

    registration.register("ada@library.example", newsletter=True)
    registration.register("bo@library.example")

    assert registration.events("newsletter") == ["newsletter.requested"]
    wish = registration.value("SELECT document -> 'data' -> 'request' FROM outbox WHERE aggregate = 'newsletter'")
    assert (wish["person"]["email"], wish["library_types"]) == ("ada@library.example", ["public"])
