"""Seats: taken, waited for, given up."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

import pytest

from services.registration.learners.queries import insert_session
from services.registration.seats.check_in_codes import ALPHABET
from shared import runtime, signed_links
from shared.events.catalog import SessionCancelled
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.samples import make_session


def test_a_person_registers_and_reads_it_by_the_link_in_their_mail(registration: Registration) -> None:
    registration.hold()

    made = registration.register("Ada@Library.Example ")

    assert made.status_code == 201
    assert set(made.json) == {"id", "session", "status", "position", "advice"}  # nothing that its caller did not know
    shown = registration.client.get(registration.link(made)).json
    assert (shown["status"], shown["email"]) == ("confirmed", "ada@library.example")
    assert registration.events("registration") == ["registration.confirmed"]


def test_a_full_session_puts_the_next_person_on_the_waiting_list(registration: Registration) -> None:
    registration.hold(capacity=1)
    registration.register("a@x.org")

    assert registration.register("b@x.org").json["position"] == 1
    assert registration.register("c@x.org").json["position"] == 2
    assert registration.availability() == {
        "capacity": 1,
        "confirmed": 1,
        "waitlisted": 2,
        "seats_left": 0,
        "state": "full",
    }


def test_a_cancelled_seat_goes_to_the_head_of_the_waiting_list(registration: Registration) -> None:
    registration.hold(capacity=1)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")

    registration.client.delete(registration.link(first))

    assert registration.status(first) == ("cancelled", None)
    assert registration.status(second) == ("confirmed", None)
    assert registration.status(third) == ("waitlisted", 1)
    assert registration.events("registration")[-2:] == ["registration.cancelled", "registration.promoted"]


def test_cancelling_again_frees_nothing_more(registration: Registration) -> None:
    registration.hold(capacity=1)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")

    for _ in range(3):
        assert registration.client.delete(registration.link(first)).status_code == 200

    assert registration.status(second)[0] == "confirmed"
    assert registration.status(third)[0] == "waitlisted"


def test_giving_up_a_place_in_line_moves_up_those_behind_and_frees_no_seat(registration: Registration) -> None:
    registration.hold(capacity=1)
    _, second, third = (registration.register(f"{name}@x.org") for name in "abc")

    registration.client.delete(registration.link(second))

    assert registration.status(third) == ("waitlisted", 1)
    assert registration.availability()["confirmed"] == 1


def test_more_capacity_goes_to_those_who_wait_in_their_order_and_less_takes_nobodys_seat(
    registration: Registration,
) -> None:
    session = registration.hold(capacity=1)
    people = [registration.register(f"{name}@x.org") for name in "abcd"]

    registration.hold(id=session.id, revision=2, capacity=3)
    assert [registration.status(one)[0] for one in people] == ["confirmed", "confirmed", "confirmed", "waitlisted"]

    registration.hold(id=session.id, revision=3, capacity=1)
    registration.client.delete(registration.link(people[0]))
    assert [registration.status(one)[0] for one in people] == ["cancelled", "confirmed", "confirmed", "waitlisted"]
    registration.client.delete(registration.link(people[1]))
    registration.client.delete(registration.link(people[2]))
    assert registration.status(people[3])[0] == "confirmed"


def test_nobody_jumps_a_queue_although_a_seat_is_free(registration: Registration) -> None:
    session = registration.hold(capacity=1)
    people = [registration.register(f"{name}@x.org") for name in "ab"]
    registration.conn.execute("UPDATE seats SET capacity = 2, ceiling = 2 WHERE session_id = %s", [session.id])

    assert registration.register("c@x.org").json["status"] == "waitlisted"
    assert registration.status(people[1])[0] == "waitlisted"
    assert registration.availability()["confirmed"] == 1


def test_the_same_person_again_gets_the_same_registration(registration: Registration) -> None:
    registration.hold()
    first = registration.register("ada@x.org")

    again = registration.register(" ADA@X.org")

    by_staff = registration.client.post(
        f"{V1}/registrations",
        json={"session": "world-cafe", "email": "ada@x.org", "name": "Ada", "library": LIBRARY},
        headers=registration.staff,
    )

    assert (again.status_code, again.json) == (200, {"session": "world-cafe", "advice": None})
    assert "Location" not in again.headers
    assert (by_staff.status_code, by_staff.json) == (200, first.json)
    assert registration.events("registration") == ["registration.confirmed"]


@pytest.mark.covers("API3:2023", "ASVS 8.2.3")
def test_of_what_stood_only_its_owner_is_told(registration: Registration) -> None:
    """Public forms, for one session, a series or a group, reveal neither the existing registration nor its status."""
    registration.hold(capacity=1, series="large-urban-public")
    mine, waiting = registration.register("ada@x.org").json, registration.register("eve@x.org").json
    assert mine
    assert waiting
    said = {"name": "X", "library": LIBRARY}

    def ask() -> list[Any]:
        one = [registration.register(email) for email in ("ada@x.org", "eve@x.org")]
        series = registration.client.post(
            f"{V1}/series/large-urban-public/registrations", json={**said, "email": "ada@x.org"}
        )
        group = {"session": "world-cafe", "registrar": {"email": "bo@x.org", "name": "Bo"}, "library": LIBRARY}
        people = [{"email": "ada@x.org", "name": "A"}, {"email": "eve@x.org", "name": "E"}]
        together = registration.client.post(f"{V1}/group-registrations", json={**group, "people": people})
        return [*one, series, together]

    for answer in ask():
        assert answer.status_code in (200, 202)  # a group waits for its registrar, and tells of nobody
        assert not {mine["id"], waiting["id"]} & set(answer.text.split('"'))
        items = answer.json.get("items", [answer.json])
        assert answer.status_code == 202 or {tuple(one) for one in items} == {("session", "advice")}
    secret = token_urlsafe(32)
    person = registration.value("SELECT id FROM people WHERE email = %s", "ada@x.org")
    insert_session(registration.conn, secret, person_id=person, days=30)
    registration.client.set_cookie("convene_learner", secret, path="/registration")
    alone, others, series, _ = (answer.json for answer in ask())
    assert (alone, series["items"]) == (mine, [mine])
    assert others == {"session": "world-cafe", "advice": None}


def test_who_registers_again_is_mailed_how_it_stands(registration: Registration) -> None:
    """Once an hour at most, and not while the first mail may be on its way."""
    registration.hold()
    registration.register("ada@x.org")
    registration.register("ada@x.org")
    assert registration.events("registration") == ["registration.confirmed"]

    registration.set_time("2017-01-10T12:11:00-06:00")
    for _ in range(3):
        assert registration.register("ada@x.org").status_code == 200

    assert registration.events("registration") == ["registration.confirmed", "registration.updated"]
    assert registration.value("SELECT document #> '{data,readdressed}' FROM outbox ORDER BY position DESC LIMIT 1")


@pytest.mark.covers("API1:2023", "ASVS 2.3.1")
def test_the_code_for_the_door_is_no_part_of_what_others_are_told(registration: Registration) -> None:
    """Random, of characters that are not mistaken for others, and read however it is typed."""
    registration.hold()
    made = registration.register("ada@x.org")
    code = registration.client.get(registration.link(made)).json["code"]
    id = made.json["id"].replace("-", "")
    registration.set_time("2017-04-06T12:45:00-05:00")

    def check_in(said: str) -> int:
        return registration.client.post(
            f"{V1}/sessions/world-cafe/check-ins", json={"code": said}, headers=registration.staff
        ).status_code

    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("0O1IL2Z5S8BU")
    assert code not in made.text
    for part in (id[-8:], id[:8], id[-8:].upper()):
        assert check_in(part) == 404
    for said in (code, code.lower(), f" {code[:4]} {code[4:]} ", "-".join(code), f"{code[:2].lower()}\t{code[2:]}"):
        assert check_in(said) == 200, said


def test_a_code_of_the_release_before_is_good_still(registration: Registration) -> None:
    """People who registered with 0.1.0 may have written down the code that their page showed: the end of the id."""
    registration.hold()
    made = registration.register("ada@x.org")
    id = made.json["id"]
    registration.conn.execute("UPDATE registrations SET code = NULL WHERE id = %s", [id])
    registration.set_time("2017-04-06T12:45:00-05:00")

    answer = registration.client.post(
        f"{V1}/sessions/world-cafe/check-ins", json={"code": id[-8:]}, headers=registration.staff
    )

    assert (answer.status_code, registration.roster()["items"][0]["code"]) == (200, id[-8:].upper())


def test_an_idempotency_key_gives_the_same_answer_and_is_good_for_one_body(registration: Registration) -> None:
    registration.hold()
    first = registration.register("ada@x.org", key="a-key-of-mine")

    again = registration.register("ada@x.org", key="a-key-of-mine")
    other = registration.register("eve@x.org", key="a-key-of-mine")

    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 422
    assert registration.value("SELECT count(*) FROM registrations") == 1
    assert registration.events("registration") == ["registration.confirmed"]


def test_what_was_answered_at_first_is_answered_again_though_it_would_be_refused_now(
    registration: Registration,
) -> None:
    session = registration.hold()
    first = registration.register("ada@x.org", key="a-key-of-mine")
    registration.client.delete(registration.link(first))
    registration.hold(id=session.id, status="cancelled", revision=9)

    again = registration.register("ada@x.org", key="a-key-of-mine")
    other = registration.register("ada@x.org", key="another-key")

    assert (again.status_code, again.data) == (201, first.data)
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("facts", "status", "problem"),
    [
        ({"policy": "invitation"}, 403, "invitation-required"),
        ({"status": "cancelled"}, 409, "session-cancelled"),
        ({"status": "held"}, 409, "registration-closed"),
        ({"starts_at": datetime(2017, 1, 1, tzinfo=UTC)}, 409, "registration-closed"),
        ({"opens_at": datetime(2017, 2, 1, tzinfo=UTC)}, 409, "registration-closed"),
        ({"status": "planned", "starts_at": None}, 409, "registration-closed"),
    ],
)
def test_a_session_that_takes_no_registration_says_why(
    registration: Registration, facts: dict[str, Any], status: int, problem: str
) -> None:
    registration.hold(**facts)

    refused = registration.register("ada@x.org")

    assert (refused.status_code, refused.json["type"]) == (status, f"urn:convene:problem:{problem}")
    assert registration.events("registration") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a@x.org\r\nBcc: b@x.org"),
        ("email", "a@x.org,b@x.org"),
        ("name", "Ada\nBcc: eve@x.org"),
        ("name", "=?utf-8?q?Ada=0ABcc=3A?="),
        ("name", "Ada\u202e"),
        ("name", "\u200b"),
        ("name", ""),
        ("library", {"name": "x", "type": "castle"}),
        ("status", "confirmed"),
        ("person_id", "8e57dd42-6657-41d4-acf6-72f18996e88a"),
    ],
)
def test_bad_input_is_named_by_its_field(registration: Registration, field: str, value: object) -> None:
    registration.hold()

    refused = registration.register(**{"email": "ada@x.org", field: value})

    assert refused.status_code == 422
    assert {name.split(".")[0] for name in refused.json["errors"]} == {field}


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
def test_other_peoples_registrations_are_not_there(registration: Registration) -> None:
    registration.hold()
    mine, theirs = registration.register("a@x.org"), registration.register("b@x.org")
    path = registration.link(theirs).split("?")[0]
    wrong = [
        signed_links.sign(runtime.settings(), "registration", mine.json["id"]),
        signed_links.sign(runtime.settings(), "learner", theirs.json["id"]),
        "nonsense",
    ]

    for token in wrong:
        assert registration.client.get(f"{path}?token={token}").status_code == 404
        assert registration.client.delete(f"{path}?token={token}").status_code == 404
    assert registration.client.get(path).status_code == 404
    assert registration.client.get(path, headers=registration.staff).status_code == 200


def test_a_cancelled_session_releases_everybody(registration: Registration) -> None:
    session = registration.hold(capacity=1)
    people = [registration.register(f"{name}@x.org") for name in "ab"]

    registration.hear(SessionCancelled(session=make_session(id=session.id, revision=2, status="cancelled", capacity=1)))

    assert [registration.status(one)[0] for one in people] == ["cancelled", "cancelled"]
    assert registration.events("registration")[-2:] == ["registration.cancelled", "registration.cancelled"]


def test_an_older_event_of_the_catalog_changes_nothing(registration: Registration) -> None:
    session = registration.hold(revision=5, capacity=7)

    registration.hold(id=session.id, revision=4, capacity=1, status="cancelled")

    assert registration.availability()["capacity"] == 7


def test_staff_read_who_registered_in_pages(registration: Registration) -> None:
    registration.hold(capacity=2)
    for name in "abc":
        registration.register(f"{name}@x.org")
    path = "/registration/v1/sessions/world-cafe/registrations"
    assert registration.client.get(path).status_code == 401

    first = registration.client.get(f"{path}?limit=2", headers=registration.staff).json
    second = registration.client.get(f"{path}?limit=2&cursor={first['next']}", headers=registration.staff).json

    assert [one["email"] for one in first["items"] + second["items"]] == ["a@x.org", "b@x.org", "c@x.org"]
    assert second["next"] is None
    waiting = registration.client.get(f"{path}?status=waitlisted", headers=registration.staff).json
    assert [one["email"] for one in waiting["items"]] == ["c@x.org"]
