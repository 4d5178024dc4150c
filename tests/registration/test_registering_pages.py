"""The pages by which people register: what they ask, what they refuse, and that they tell nobody what is another's."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared import runtime, signed_links
from shared.events.catalog import Audience
from tests.registration.pages import FIELDS, FORM, HERE, get, send
from tests.registration.registration import Registration
from tests.registration.rules import QUESTIONS, set_rules
from tests.registration.samples import make_series


def count(registration: Registration) -> Any:
    return registration.value("SELECT count(*) FROM registrations")


def test_who_registers_is_told_what_became_of_it(registration: Registration) -> None:
    registration.hold(capacity=1)

    seated, waiting = send(registration), send(registration, email="eve@x.org")

    assert (seated.status_code, waiting.status_code) == (303, 303)
    assert "You have a seat" in get(registration, seated.location).text
    page = get(registration, waiting.location)
    assert "You are on the waiting list" in page.text
    assert "Place 1 on the waiting list." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_form_that_is_sent_twice_registers_once(registration: Registration) -> None:
    registration.hold()

    first, second = send(registration), send(registration)

    assert (first.status_code, second.status_code) == (303, 303)
    assert count(registration) == 1
    assert registration.events("registration") == ["registration.confirmed"]
    assert "nothing has changed" in get(registration, second.location).text


def test_whoever_types_an_address_learns_nothing_of_whose_it_is(registration: Registration) -> None:
    registration.hold()
    made = registration.register("ada@x.org", name="Augusta Ada King", job_title="Countess")
    id = made.json["id"]

    answered = send(registration, name="Eve")
    page = get(registration, answered.location).text

    assert all(secret not in page for secret in ("Augusta", "Countess", "ada@x.org", "/manage/", id))
    [receipt] = parse_qs(urlsplit(answered.location).query)["receipt"]
    assert get(registration, f"/registration/manage/{id}?token={receipt}").status_code == 404
    assert registration.client.get(f"/registration/v1/registrations/{id}?token={receipt}").status_code == 404


def test_a_receipt_is_nothing_that_can_be_made_up(registration: Registration) -> None:
    registration.hold()
    id = registration.register("ada@x.org").json["id"]
    others = signed_links.sign(runtime.settings(), "registration", id)

    for token in ("", "nonsense", others):
        assert get(registration, f"/registration/done?receipt={token}").status_code == 404


@pytest.mark.parametrize("path", [FORM, f"{FORM}/group", "/registration/series/large-urban-public"])
def test_forms_of_other_sites_are_refused(registration: Registration, path: str) -> None:
    registration.know_series(make_series([registration.hold(series="large-urban-public").id]))

    sent = registration.client.post(path, data=FIELDS, headers={"Sec-Fetch-Site": "cross-site", "Accept": "text/html"})

    assert sent.status_code == 403
    assert count(registration) == 0


def test_what_is_wrong_stands_at_its_field_with_what_was_typed(registration: Registration) -> None:
    registration.hold()
    set_rules(registration, questions=QUESTIONS)

    hostile = '"><script>alert(1)</script>'
    answer = send(registration, name=hostile, email="nonsense", library__type="")

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert 'href="#email">Email: Not a valid email address.' not in answer.text  # the schema comes first
    assert 'href="#library.type">Library type: Please fill this in.' in answer.text
    again = send(registration, email="nonsense")
    assert 'href="#email">Email: Not a valid email address.' in again.text
    asked = send(registration)
    assert 'href="#answers.experience">Have you led a dialogue before?: Please answer this question.' in asked.text
    assert count(registration) == 0


def test_answers_of_every_kind_are_kept(registration: Registration) -> None:
    registration.hold()
    set_rules(registration, questions=QUESTIONS)

    answer = send(
        registration, answers__experience="Some", answers__lunch="Vegan", several={"answers.days[]": ["One", "Two"]}
    )

    assert answer.status_code == 303
    found = registration.value("SELECT answers FROM registrations")
    assert found == {"experience": "Some", "lunch": "Vegan", "days": ["One", "Two"]}


def test_a_zone_that_nobody_knows_is_no_reason_to_refuse(registration: Registration) -> None:
    registration.hold()

    assert send(registration, timezone="Mars/Olympus").status_code == 303
    assert registration.value("SELECT timezone FROM registrations") is None
    assert send(registration, email="eve@x.org", timezone="America/Chicago").status_code == 303
    assert registration.value("SELECT timezone FROM registrations WHERE timezone IS NOT NULL") == "America/Chicago"


def test_the_newsletter_is_asked_for_only_by_who_ticks_it(registration: Registration) -> None:
    registration.hold()

    send(registration)
    assert registration.events("newsletter-request") == []
    send(registration, email="eve@x.org", newsletter="true")
    assert registration.value("SELECT count(*) FROM outbox WHERE type LIKE '%%newsletter.requested'") == 1


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"status": "cancelled"}, "This session was canceled."),
        ({"status": "held"}, "This session is over."),
        ({"status": "planned", "starts_at": None}, "Registration is not open yet."),
    ],
)
def test_where_nobody_can_register_there_is_no_form(registration: Registration, facts: Any, told: str) -> None:
    registration.hold(**facts)

    page = get(registration, FORM)

    assert told in page.text
    assert "<form method" not in page.text
    refused = send(registration)
    assert refused.status_code == 409
    assert count(registration) == 0


def test_a_full_session_says_so_before_one_registers(registration: Registration) -> None:
    registration.hold(capacity=1)
    assert "1 of 1 left" in get(registration, FORM).text
    send(registration)
    send(registration, email="eve@x.org")

    page = get(registration, FORM).text

    assert "behind 1 person" in page
    assert "Join the waiting list" in page


def test_whom_it_is_meant_for_is_a_friendly_word(registration: Registration) -> None:
    session = registration.hold(series="large-urban-public")
    registration.know_series(make_series([session.id], audience=Audience(library_types=["academic"])))

    assert "Meant for:</strong> Academic libraries. Others are welcome" in get(registration, FORM).text
    made = send(registration)
    assert "The series is meant for:</strong> Academic libraries." in get(registration, made.location).text
    set_rules(registration, audience_required=True)
    assert "Only for:</strong> Academic libraries." in get(registration, FORM).text
    refused = send(registration, email="eve@x.org")
    assert refused.status_code == 403
    assert "is meant for academic libraries" in refused.text


def test_by_invitation_the_code_is_asked_for(registration: Registration) -> None:
    registration.hold(policy="invitation")

    asked = get(registration, f"{FORM}?invitation=a%22b")
    refused = send(registration, invitation="made-up")

    assert 'value="a&#34;b"' in asked.text
    assert refused.status_code == 403
    assert 'href="#invitation"' in refused.text
    assert "by invitation" in get(registration, f"{FORM}/group").text


def test_a_series_registers_for_all_that_is_open(registration: Registration) -> None:
    sessions = [registration.hold(slug, series="large-urban-public") for slug in ("first", "second")]
    closed = registration.hold("third", series="large-urban-public", policy="invitation")
    registration.know_series(make_series([one.id for one in (*sessions, closed)]))

    page = get(registration, "/registration/series/large-urban-public")
    made = send(registration, "/registration/series/large-urban-public")

    assert page.status_code == 200
    assert ">third</a>: by invitation" in page.text
    assert get(registration, made.location).text.count("You have a seat.") == 2
    assert get(registration, "/registration/series/no-such").status_code == 404


def test_colleagues_are_registered_all_or_none(registration: Registration) -> None:
    registration.hold()
    group = {
        "registrar.name": "Grace",
        "registrar.email": "grace@x.org",
        "library.name": "Springfield",
        "library.type": "public",
        "people.0.name": "Ann",
        "people.0.email": "ann@x.org",
        "people.1.name": "",
        "people.2.name": "Ben",
        "people.2.email": "nonsense",
    }

    refused = registration.client.post(f"{FORM}/group", data=group, headers=HERE)
    assert refused.status_code == 422
    assert 'href="#people.1.email">Colleague 2, email: Not a valid email address.' in refused.text
    assert count(registration) == 0
    asked = registration.client.post(f"{FORM}/group", data={**group, "people.2.email": "ben@x.org"}, headers=HERE)
    assert asked.status_code == 303
    assert count(registration) == 0
    id = str(registration.value("SELECT id FROM group_requests"))
    token = signed_links.sign(runtime.settings(), "group", id)
    made = registration.client.post("/registration/group", data={"token": token}, headers=HERE)
    page = get(registration, made.location).text
    assert re.search(r"2 have a seat", page)
    assert "Ann" not in page
    empty = registration.client.post(f"{FORM}/group", data={"registrar.name": "Grace"}, headers=HERE)
    assert empty.status_code == 422


def test_pages_for_what_is_not_there(registration: Registration) -> None:
    assert get(registration, "/registration/sessions/no-such").status_code == 404
    assert get(registration, "/registration/sessions/no-such/group").status_code == 404
    assert send(registration, "/registration/sessions/no-such").status_code == 404
