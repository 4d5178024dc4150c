"""Data held about a person, and forgetting them."""

from secrets import token_urlsafe
from typing import Any
from uuid import UUID

import pytest

from services.registration.certificates.jobs import issue_certificates
from services.registration.learners.queries import insert_session
from services.registration.privacy.jobs import erase_inactive
from shared import runtime
from shared.events.notifications import Forgetting, PersonForgotten
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.reports import report
from tests.registration.samples import AFTER, make_series
from tests.registration.tables import dump

ADA = "ada@x.org"
SECRETS = ("ada@x.org", "Ada Lovelace", "Step-free", "Director", "Springfield", "Speaks")


@pytest.fixture
def involved(registration: Registration, staff_token: Any) -> Registration:
    """Ada took part in everything, and has a seat in what is to come; Eve waits for it."""
    registration.staff = {"Authorization": f"Bearer {staff_token('registration:read registration:write people:erase')}"}
    first = registration.hold("first", contact_hours=1)
    registration.know_series(make_series([first.id]))
    made = registration.register(ADA, "first", accommodations="Step-free", job_title="Director")
    registration.client.patch(
        f"{V1}/registrations/{made.json['id']}", json={"note": "Speaks"}, headers=registration.staff
    )
    registration.set_time(AFTER)
    registration.attend((ADA, 80), slug="first")
    with runtime.share_connection(registration.conn):
        issue_certificates()
    registration.hold("next", capacity=1, starts_at=None, status="scheduled")
    registration.register(ADA, "next", accommodations="Step-free")
    registration.register("eve@x.org", "next", library={**LIBRARY, "name": "Lakeside"}, name="Eve")
    return registration


def erase(registration: Registration, **headers: str) -> Any:
    return registration.client.delete(f"{V1}/people/{ADA}", headers=headers or registration.staff)


def count(held: Any) -> dict[str, int]:
    """Return the number of rows by kind."""
    assert held.status_code == 200
    return {name: len(rows) for name, rows in held.json.items() if rows and name != "parts"}


def sign_in(registration: Registration, person: UUID) -> None:
    """Let the browser be one in which this person has just signed in."""
    secret = token_urlsafe(32)
    insert_session(registration.conn, secret, person_id=person, days=30)
    registration.client.set_cookie("convene_learner", secret, path="/registration")


def test_everything_held_on_a_person_is_told_to_them_and_to_staff(involved: Registration) -> None:
    person = involved.value("SELECT id FROM people WHERE email = %s", ADA)
    assert involved.client.get(f"{V1}/people/{ADA}").status_code == 401
    sign_in(involved, person)
    by_staff = involved.client.get(f"{V1}/people/Ada@X.org", headers=involved.staff)
    by_herself = involved.client.get(f"{V1}/people/{ADA}")

    assert by_staff.json == by_herself.json
    assert all(secret in by_staff.text for secret in SECRETS)
    assert count(by_staff) == {
        "person": 1, "registrations": 2, "attendance": 1, "completions": 1, "certificates": 2, "signed_in_until": 1,
    }  # fmt: skip
    site = "https://learning.example.org"
    assert by_staff.json["parts"] == {
        "notifications": f"{site}/notifications/v1/people/ada%40x.org",
        "catalog": f"{site}/catalog/v1/people/ada%40x.org",
    }
    assert involved.client.get(f"{V1}/people/eve@x.org").status_code == 404
    assert involved.value("SELECT count(*) FROM audit_log WHERE action = 'person.export'") == 1


@pytest.mark.covers("ASVS 14.2.7")
def test_nothing_is_left_of_who_is_erased_but_what_counts(involved: Registration) -> None:
    assert all(secret in dump(involved) for secret in SECRETS)
    before = report(involved, by="library_type").json["total"]

    erased = erase(involved)

    assert erased.status_code == 202
    left = dump(involved)
    assert [secret for secret in SECRETS[1:] if secret in left] == []
    assert left.count(ADA) == 1  # in the event by which others learn whom to forget
    after = report(involved, by="library_type").json["total"]
    assert {**before, "registered": 2} == {**after, "registered": 2}
    assert count(involved.client.get(f"{V1}/people/{ADA}", headers=involved.staff)) == {}
    assert involved.roster("next", status="confirmed")["items"][0]["email"] == "eve@x.org"  # her seat is given on
    assert involved.events("person") == ["person.erased"]


@pytest.mark.promise("P23")
def test_answers_kept_for_keys_are_forgotten_also_where_they_hold_an_earlier_address(involved: Registration) -> None:
    def register(email: str) -> Any:
        headers = {"Idempotency-Key": f"register-{email}"}
        wanted = {"session": "next", "email": email, "name": "Grace Hopper", "library": LIBRARY}
        return involved.client.post(f"{V1}/registrations", json=wanted, headers=headers)

    made, other = register("grace@x.org"), register("mary@x.org")
    moved = {"email": "hopper@x.org"}
    involved.client.patch(f"{V1}/registrations/{made.json['id']}", json=moved, headers=involved.staff)

    involved.client.delete(f"{V1}/people/hopper@x.org", headers=involved.staff)

    kept = [bytes(row[0]) for row in involved.conn.execute("SELECT body FROM idempotency_keys")]
    assert kept == [other.data]


def test_an_erasure_is_done_when_every_service_is(involved: Registration) -> None:
    erased = erase(involved)
    path = erased.headers["Location"]
    assert involved.client.get(path).json["state"] == "running"

    involved.hear(PersonForgotten(forgetting=Forgetting(id=erased.json["id"], revision=1)))

    found = involved.client.get(path).json
    assert found["state"] == "done"
    assert all(found["services"].values())
    assert ADA not in dump(involved)


def test_who_was_erased_may_come_again_as_somebody_new(involved: Registration) -> None:
    erase(involved)

    assert involved.register(ADA, "next").status_code == 201
    held = involved.client.get(f"{V1}/people/{ADA}", headers=involved.staff).json
    assert len(held["registrations"]) == 1


def test_people_of_whom_nothing_is_heard_are_erased_in_time(
    registration: Registration, present: runtime.Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration.hold("first")
    registration.register(ADA, "first")
    registration.set_time("2018-01-10T12:00:00-06:00")
    registration.hold("next", starts_at=None)
    registration.register("eve@x.org", "next")

    def forget(months: int, moment: str) -> int:
        registration.set_time(moment)
        object.__setattr__(present.settings, "retention_months", months)
        try:
            with runtime.share_connection(registration.conn):
                return erase_inactive()
        finally:
            object.__setattr__(present.settings, "retention_months", 0)

    assert forget(0, "2030-01-01T12:00:00-06:00") == 0
    assert forget(24, "2019-04-05T12:00:00-05:00") == 0
    assert forget(24, "2019-04-08T12:00:00-05:00") == 1
    assert registration.value("SELECT email FROM people WHERE erased_at IS NULL") == "eve@x.org"
    assert forget(24, "2030-01-01T12:00:00-06:00") == 0  # Eve waits for a session without a date


@pytest.mark.promise("P23")
def test_who_registered_colleagues_is_forgotten_in_their_events_too(involved: Registration) -> None:
    involved.hold("group", starts_at=None, status="scheduled")
    wanted = {
        "session": "group",
        "registrar": {"email": ADA, "name": "Ada Lovelace"},
        "library": LIBRARY,
        "people": [{"email": "bea@x.org", "name": "Bea"}],
    }
    [made] = involved.client.post(f"{V1}/group-registrations", json=wanted, headers=involved.staff).json["items"]
    assert "Ada Lovelace" in involved.value("SELECT string_agg(document::text, ' ') FROM outbox")

    erase(involved)

    assert "Ada Lovelace" not in dump(involved)
    told = "SELECT document #> '{data,erasure,registered}' FROM outbox WHERE type = 'registration.person.erased'"
    assert involved.value(told) == [made["id"]]


def correct(registration: Registration, made: Any, email: str) -> Any:
    return registration.client.patch(
        f"{V1}/registrations/{made.json['id']}", json={"email": email}, headers=registration.staff
    )


def told(registration: Registration) -> Any:
    """Return the person that the last erasure event names."""
    sql = """
        SELECT document #> '{data,erasure}' FROM outbox WHERE type = 'registration.person.erased'
         ORDER BY position DESC LIMIT 1
    """
    return registration.value(sql)


def test_an_erasure_names_every_address_that_the_person_had(involved: Registration) -> None:
    made = involved.register("old@x.org", "next")
    for email in ("typo@x.org", "new@x.org"):
        assert correct(involved, made, email).status_code == 200
    held = involved.client.get(f"{V1}/people/new@x.org", headers=involved.staff).json
    assert [one["email"] for one in held["former_addresses"]] == ["old@x.org", "typo@x.org"]

    erased = involved.client.delete(f"{V1}/people/new@x.org", headers=involved.staff)

    assert (told(involved)["person"]["email"], told(involved)["former_emails"]) == (
        "new@x.org",
        ["old@x.org", "typo@x.org"],
    )
    involved.hear(PersonForgotten(forgetting=Forgetting(id=erased.json["id"], revision=1)))
    left = dump(involved)
    assert [email for email in ("old@x.org", "typo@x.org", "new@x.org") if email in left] == []


def test_an_address_that_somebody_else_has_by_now_is_theirs(involved: Registration) -> None:
    made = involved.register("old@x.org", "next")
    correct(involved, made, "new@x.org")
    other = involved.register("old@x.org", "next", name="Another")
    assert other.status_code == 201

    involved.client.delete(f"{V1}/people/new@x.org", headers=involved.staff)

    assert told(involved)["former_emails"] == []
    assert count(involved.client.get(f"{V1}/people/old@x.org", headers=involved.staff)) == {
        "person": 1,
        "registrations": 1,
    }


def test_what_others_hold_of_somebody_unknown_here_is_erased_too(involved: Registration) -> None:
    """A reader of the newsletter who never registered: with nobody's id, and once for each time that staff ask."""
    people = involved.value("SELECT count(*) FROM people WHERE erased_at IS NULL")

    erased = involved.client.delete(f"{V1}/people/Reader@X.org", headers=involved.staff)

    assert erased.status_code == 202
    assert told(involved)["person"]["email"] == "reader@x.org"
    assert involved.client.get(erased.headers["Location"]).json["state"] == "running"
    involved.hear(PersonForgotten(forgetting=Forgetting(id=erased.json["id"], revision=1)))
    assert involved.client.get(erased.headers["Location"]).json["state"] == "done"
    assert "reader@x.org" not in dump(involved)
    assert involved.value("SELECT count(*) FROM people WHERE erased_at IS NULL") == people
    assert involved.client.delete(f"{V1}/people/reader@x.org").status_code == 401


def test_erasing_a_former_address_leaves_the_person_who_had_it(involved: Registration) -> None:
    made = involved.register("typo@x.org", "next")
    correct(involved, made, "pat@x.org")
    assert count(involved.client.get(f"{V1}/people/typo@x.org", headers=involved.staff)) == {"formerly_of": 1}

    involved.client.delete(f"{V1}/people/typo@x.org", headers=involved.staff)

    held = involved.client.get(f"{V1}/people/pat@x.org", headers=involved.staff)
    assert count(held) == {"person": 1, "registrations": 1}
    assert "typo@x.org" not in held.text


def test_who_only_asked_for_a_group_or_is_named_in_one_is_shown_and_erased(involved: Registration) -> None:
    """The registrar is known to nobody yet, and Ada is named by a stranger."""
    involved.hold("group", starts_at=None, status="scheduled", capacity=40)
    wanted = {
        "session": "group",
        "registrar": {"email": "grace@x.org", "name": "Grace Hopper"},
        "library": LIBRARY,
        "people": [{"email": ADA, "name": "Augusta"}, {"email": "bea@x.org", "name": "Bea"}],
    }
    for registrar in ("grace@x.org", "other@x.org"):
        wanted["registrar"] = {"email": registrar, "name": "Grace Hopper"}
        assert involved.client.post(f"{V1}/group-registrations", json=wanted).status_code == 202

    [hers, *_] = involved.client.get(f"{V1}/people/grace@x.org", headers=involved.staff).json["groups"]
    adas = involved.client.get(f"{V1}/people/{ADA}", headers=involved.staff).json["groups"]
    assert (hers["registrar_name"], hers["described"]) == ("Grace Hopper", None)
    assert [(one["registrar_name"], one["described"][0]["name"]) for one in adas] == [(None, "Augusta")] * 2
    erase(involved)
    assert "Augusta" not in dump(involved)
    assert "bea@x.org" in dump(involved)
    erased = involved.client.delete(f"{V1}/people/grace@x.org", headers=involved.staff).json
    involved.hear(PersonForgotten(forgetting=Forgetting(id=erased["id"], revision=1)))
    assert "grace@x.org" not in dump(involved)
    assert involved.value("SELECT array_agg(held ORDER BY id) FROM group_requests") == [0, 2]
