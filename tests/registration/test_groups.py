"""A group whose registrar has not proved their address: nobody else is notified, and few seats are held, for a day."""

import re
from typing import Any

import pytest

from services.registration.groups import domain
from services.registration.groups.jobs import expire_groups
from shared import runtime, signed_links
from tests.registration.pages import HERE, get
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.rules import QUESTIONS, set_rules
from tests.registration.sign_in import ask, sign_in, token
from tests.web_client import WebResponse

BOSS = "boss@x.org"


def ghosts(number: int) -> list[str]:
    return [f"ghost{n}@evil.example" for n in range(number)]


def request(registration: Registration, emails: list[str], registrar: str = BOSS, **options: Any) -> WebResponse:
    body = {
        "session": "world-cafe",
        "registrar": {"email": registrar, "name": "Grace Hopper"},
        "library": LIBRARY,
        "people": [{"email": email, "name": "Ghost"} for email in emails],
    }
    return registration.client.post(f"{V1}/group-registrations", json={**body, **options.pop("change", {})}, **options)


def link(registration: Registration) -> str:
    """The token in the mail to the registrar of the group that was requested last."""
    return signed_links.sign(
        runtime.settings(), "group", str(registration.value("SELECT id FROM group_requests ORDER BY id DESC"))
    )


def confirm(registration: Registration, given: str | None = None) -> Any:
    given = link(registration) if given is None else given
    return registration.client.post(f"{V1}/group-registrations/confirmation", json={"token": given})


def expire(registration: Registration) -> int:
    with runtime.share_connection(registration.conn):
        return expire_groups()


def taken(registration: Registration) -> int:
    return registration.availability()["confirmed"]


@pytest.mark.covers("API6:2023")
def test_strangers_hear_nothing_before_the_registrar_confirms(registration: Registration) -> None:
    """Case 1.3."""
    registration.hold(capacity=100)

    asked = request(registration, ghosts(50))

    assert asked.status_code == 202
    assert registration.events("registration") == []
    assert (
        registration.value("SELECT count(*) FROM people")
        == registration.value("SELECT count(*) FROM registrations")
        == 0
    )
    assert registration.events("group") == ["group.requested"]
    told = registration.value("SELECT document -> 'data' -> 'group' FROM outbox WHERE aggregate = 'group'")
    assert (told["person"]["email"], told["person"]["name"], told["size"]) == (BOSS, "", 50)
    assert not any(typed in str(told) for typed in ("Grace", "Ghost", "ghost0", "Springfield"))


def test_the_answer_is_one_for_each_and_tells_nothing_of_who_is_known(registration: Registration) -> None:
    registration.hold(capacity=40)
    registration.register("a@x.org")

    known, unknown = request(registration, ["a@x.org"]), request(registration, ["b@x.org"], registrar="other@x.org")

    item = {"id": None, "session": "world-cafe", "status": "pending", "position": None, "advice": None}
    assert known.json is not None
    assert known.json["items"] == [item]
    assert {**known.json, "confirm_by": None} == {**(unknown.json or {}), "confirm_by": None}
    assert known.json["seats_held"] == 1
    assert known.headers["Cache-Control"] == "no-store"


@pytest.mark.covers("API6:2023")
def test_an_honest_person_gets_a_seat_beside_forty_ghosts(registration: Registration) -> None:
    """Case 2.1."""
    registration.hold(capacity=40)

    request(registration, ghosts(40))

    assert registration.register("honest@x.org").json["status"] == "confirmed"
    assert taken(registration) == 6


def test_however_many_groups_wait_the_last_ten_seats_are_free(registration: Registration) -> None:
    registration.hold(capacity=40)

    held = [request(registration, ghosts(50), registrar=f"boss{n}@evil.example").json["seats_held"] for n in range(9)]

    assert held == [5] * 6 + [0] * 3
    assert taken(registration) == 30
    seated = [registration.register(f"honest{n}@x.org").json["status"] for n in range(11)]
    assert seated == ["confirmed"] * 10 + ["waitlisted"]


def test_one_registrar_holds_five_seats_in_all_their_groups(registration: Registration) -> None:
    registration.hold(capacity=100)

    held = [request(registration, ghosts(3)).json["seats_held"] for _ in range(3)]

    assert held == [3, 2, 0]


def test_one_mailbox_is_one_registrar_whatever_its_addresses(registration: Registration) -> None:
    registration.hold(capacity=100)

    held = [
        request(registration, ghosts(4), registrar=email).json["seats_held"]
        for email in ("boss@x.org", "boss+1@x.org", "boss+2@x.org", "bo.ss@gmail.com", "boss+x@googlemail.com")
    ]

    assert held == [4, 1, 0, 4, 1]


def test_how_many_seats_are_held_is_a_setting(registration: Registration) -> None:
    registration.hold(capacity=100)
    for most in (0, 7):
        object.__setattr__(runtime.settings(), "group_held_seats", most)
        try:
            assert request(registration, ghosts(9), registrar=f"b{most}@x.org").json["seats_held"] == most
        finally:
            object.__setattr__(runtime.settings(), "group_held_seats", 5)


def test_no_seat_is_held_where_people_wait_or_seats_are_not_limited(registration: Registration) -> None:
    registration.hold("open")
    registration.hold(capacity=0)
    registration.register("a@x.org")

    unlimited = request(registration, ghosts(3), change={"session": "open"})

    assert unlimited.json["seats_held"] == request(registration, ghosts(3)).json["seats_held"] == 0


def test_the_registrars_click_registers_the_group(registration: Registration) -> None:
    registration.hold(capacity=40)
    request(registration, ["c@x.org", "a@x.org", BOSS])

    made, again = confirm(registration), confirm(registration)

    assert (made.status_code, again.status_code) == (201, 200)
    assert [one["status"] for one in made.json["items"]] == ["confirmed"] * 3
    assert [(one["email"], one["registered_by"]) for one in registration.roster()["items"]] == [
        ("c@x.org", "Grace Hopper"),
        ("a@x.org", "Grace Hopper"),
        (BOSS, None),
    ]
    assert registration.events("registration") == ["registration.confirmed"] * 3
    assert taken(registration) == 3
    assert registration.value("SELECT proved_at FROM people WHERE email = %s", BOSS)
    assert registration.value("SELECT proved_at FROM people WHERE email = 'a@x.org'") is None
    left = "SELECT concat(registrar_email, registrar_name, library, people) FROM group_requests"
    assert registration.value(left) == "[]"


def test_held_seats_are_theirs_and_the_others_get_in_line(registration: Registration) -> None:
    registration.hold(capacity=15)
    request(registration, ghosts(7))
    seated = [registration.register(f"honest{n}@x.org").json["status"] for n in range(11)]

    made = confirm(registration).json["items"]

    assert seated == ["confirmed"] * 10 + ["waitlisted"]
    assert [(one["status"], one["position"]) for one in made] == [("confirmed", None)] * 5 + [
        ("waitlisted", 2),
        ("waitlisted", 3),
    ]
    assert_ledger(registration, taken=15, held=0)


def test_seats_held_for_who_had_one_go_to_who_waits(registration: Registration) -> None:
    registration.hold(capacity=12)
    registration.register("ghost0@evil.example")
    request(registration, ghosts(1))
    first, waiting = [registration.register(f"h{n}@x.org") for n in range(11)][-2:]
    assert (registration.status(first)[0], registration.status(waiting)[0]) == ("confirmed", "waitlisted")

    confirm(registration)

    assert registration.status(waiting)[0] == "confirmed"
    assert_ledger(registration, taken=12, held=0)


def test_what_nobody_confirms_in_a_day_is_forgotten(registration: Registration) -> None:
    registration.hold(capacity=15)
    request(registration, ghosts(7))
    waiting = [registration.register(f"h{n}@x.org") for n in range(11)][-1]
    given = link(registration)

    registration.set_time("2017-01-11T11:59:00-06:00")
    assert (expire(registration), registration.status(waiting)[0]) == (0, "waitlisted")
    registration.set_time("2017-01-11T12:30:00-06:00")
    refused = confirm(registration, given)
    assert expire(registration) == 1

    assert (refused.status_code, refused.json["type"]) == (410, "urn:convene:problem:group-expired")
    assert registration.status(waiting)[0] == "confirmed"
    assert registration.value("SELECT count(*) FROM people WHERE email LIKE 'ghost%%'") == 0
    left = "SELECT concat(status, registrar_email, registrar_name, library, people) FROM group_requests"
    assert registration.value(left) == "expired[]"
    assert confirm(registration, given).status_code == 410
    assert_ledger(registration, taken=11, held=0)
    registration.set_time("2017-02-20T12:00:00-06:00")
    expire(registration)
    assert registration.value("SELECT count(*) FROM group_requests") == 0
    assert confirm(registration, given).status_code == 410


@pytest.mark.parametrize("token", ["", "nonsense", "receipt"])
def test_nothing_but_the_link_confirms(registration: Registration, token: str) -> None:
    registration.hold(capacity=40)
    request(registration, ghosts(2))
    id = str(registration.value("SELECT id FROM group_requests"))
    given = signed_links.sign(runtime.settings(), "group-receipt", id) if token == "receipt" else token

    assert confirm(registration, given).status_code in (410, 422)
    assert registration.client.post("/registration/group", data={"token": given}, headers=HERE).status_code == 410
    assert registration.events("registration") == []


def test_it_happens_at_once_for_a_registrar_who_is_signed_in(registration: Registration) -> None:
    registration.hold("other")
    registration.hold(capacity=40)
    registration.register(BOSS, "other")
    ask(registration, BOSS)
    sign_in(registration, token(registration))

    made = request(registration, ["a@x.org"], base_url="https://localhost")
    for_another = request(registration, ["b@x.org"], registrar="grace@x.org", base_url="https://localhost")

    assert (made.status_code, for_another.status_code) == (201, 202)
    assert registration.events("group") == ["group.requested"]


def test_that_an_address_was_proved_once_is_no_proof_of_who_asks(registration: Registration) -> None:
    registration.hold("other")
    registration.hold(capacity=40)
    registration.register(BOSS, "other")
    registration.conn.execute("UPDATE people SET proved_at = now()")

    assert request(registration, ["a@x.org"]).status_code == 202


def test_a_changed_address_is_not_proved(registration: Registration) -> None:
    registration.hold()
    made = registration.register("a@x.org").json
    registration.conn.execute("UPDATE people SET proved_at = now()")

    def correct(**changes: str) -> Any:
        assert made
        path = f"{V1}/registrations/{made['id']}"
        assert registration.client.patch(path, json=changes, headers=registration.staff).status_code == 200
        return registration.value("SELECT proved_at FROM people")

    assert correct(name="Somebody")
    assert correct(email="b@x.org") is None


def test_a_group_is_refused_at_once_where_it_would_be(registration: Registration) -> None:
    registration.hold()
    registration.hold("closed", status="held")
    registration.hold("workshop", policy="invitation")
    set_rules(registration, questions=QUESTIONS)

    assert request(registration, ["a@x.org"]).json["errors"].keys() == {"people.0.answers.experience"}
    assert request(registration, ["a@x.org"], change={"session": "closed"}).status_code == 409
    assert request(registration, ["a@x.org"], change={"session": "workshop"}).status_code == 403
    assert request(registration, ["a@x.org"], change={"session": "nothing"}).status_code == 404
    assert registration.events("group") == []


def test_a_group_is_judged_again_when_it_is_confirmed(registration: Registration) -> None:
    session = registration.hold(capacity=40)
    request(registration, ["a@x.org"])
    registration.hold(id=session.id, revision=session.revision + 1, capacity=40, status="held")

    assert confirm(registration).status_code == 409
    page = registration.client.post("/registration/group", data={"token": link(registration)}, headers=HERE)
    assert page.status_code == 409
    assert "Registration for this session is closed." in page.text
    assert registration.value("SELECT count(*) FROM registrations") == 0


def test_the_pages_say_what_comes_next(registration: Registration) -> None:
    registration.hold(capacity=40)
    group = {
        "registrar.name": "Grace",
        "registrar.email": BOSS,
        "library.name": "Springfield",
        "library.type": "public",
        "people.0.name": "Ann",
        "people.0.email": "ann@x.org",
    }

    sent = registration.client.post("/registration/sessions/world-cafe/group", data=group, headers=HERE)
    told = get(registration, sent.location).text
    before = registration.value("SELECT count(*) FROM registrations")
    shown = get(registration, f"/registration/group?token={link(registration)}")
    still = registration.value("SELECT count(*) FROM registrations")
    confirmed = registration.client.post("/registration/group", data={"token": link(registration)}, headers=HERE)

    assert sent.status_code == 303
    assert "Nobody is registered yet." in told
    assert "we hold one seat" in told
    assert not any(text in told for text in ("Ann", "Grace", BOSS))
    assert (before, still) == (0, 0)
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Ann, ann@x.org" in shown.text
    assert "Grace has registered you" in shown.text
    assert confirmed.status_code == 303
    assert re.search("Registered|You have a seat", get(registration, confirmed.location).text)
    assert "You confirmed this group" in get(registration, f"/registration/group?token={link(registration)}").text
    assert "This group was confirmed" in get(registration, sent.location).text


def test_an_old_link_leads_to_a_page_that_explains(registration: Registration) -> None:
    for path in ("/registration/group", "/registration/group?token=nonsense"):
        page = get(registration, path)
        assert page.status_code == 410
        assert "work for 24 hours" in page.text
    assert get(registration, "/registration/group/requested?receipt=nonsense").status_code == 404


def test_who_is_forgotten_is_left_in_no_group_that_waits(registration: Registration) -> None:
    registration.hold(capacity=40)
    request(registration, ghosts(2))
    request(registration, ["a@x.org"], registrar="ghost0@evil.example")

    domain.forget(registration.conn, ["ghost0@evil.example"])

    rows = registration.conn.execute("SELECT status, held, people::text FROM group_requests ORDER BY id").fetchall()
    assert [(status, held) for status, held, _ in rows] == [("pending", 2), ("withdrawn", 0)]
    assert "ghost0" not in str(rows)
    assert "ghost1" in str(rows)
    assert (
        confirm(registration, signed_links.sign(runtime.settings(), "group", first_group(registration))).status_code
        == 201
    )
    assert_ledger(registration, taken=1, held=0)


def first_group(registration: Registration) -> str:
    return str(registration.value("SELECT id FROM group_requests ORDER BY id"))


def assert_ledger(registration: Registration, *, taken: int, held: int) -> None:
    """The ledger adds up to what is taken, and what is held is that of the groups that wait."""
    rows = registration.conn.execute("SELECT entry, delta, taken_after FROM seat_ledger ORDER BY 1").fetchall()
    assert [entry for entry, _, _ in rows] == list(range(1, len(rows) + 1))
    total = 0
    for _, delta, after in rows:
        total += delta
        assert after == total
    seats = registration.conn.execute("SELECT taken, held FROM seats").fetchone()
    assert seats == (taken, held)
    assert total == taken
