"""Seats that are offered for a time, and pass on."""

from datetime import UTC, datetime, timedelta

from tests.registration.offers import accept, pass_on
from tests.registration.registration import V1, Registration
from tests.registration.rules import set_rules


def test_a_free_seat_is_offered_to_the_head_of_the_line(registration: Registration) -> None:
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")

    registration.client.delete(registration.link(first))

    shown = registration.client.get(registration.link(second)).json
    assert shown["status"] == "offered"
    assert datetime.fromisoformat(shown["offered_until"]) - datetime(2017, 1, 11, 18, tzinfo=UTC) < timedelta(minutes=1)
    assert registration.status(third) == ("waitlisted", 1)
    assert registration.availability()["confirmed"] == 1  # the seat is kept
    assert registration.register("d@x.org").json["status"] == "waitlisted"
    assert registration.events("registration")[-2] == "registration.offered"


def test_an_offer_that_is_accepted_is_a_seat(registration: Registration) -> None:
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second = (registration.register(f"{name}@x.org") for name in "ab")
    registration.client.delete(registration.link(first))

    accepted = accept(registration, second)
    again = accept(registration, second)

    assert (accepted.status_code, accepted.json["status"]) == (200, "confirmed")
    assert again.json["status"] == "confirmed"
    assert registration.events("registration").count("registration.promoted") == 1
    registration.set_time("2017-01-12T12:00:01-06:00")
    assert pass_on(registration) == 0
    assert registration.status(second)[0] == "confirmed"


def test_an_offer_that_is_not_accepted_in_time_passes_on(registration: Registration) -> None:
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")
    registration.client.delete(registration.link(first))

    registration.set_time("2017-01-11T11:59:00-06:00")
    assert pass_on(registration) == 0
    registration.set_time("2017-01-11T12:01:00-06:00")
    late = accept(registration, second)
    assert pass_on(registration) == 1
    later = accept(registration, second)

    for answer in (late, later):
        assert (answer.status_code, answer.json["type"]) == (410, "urn:convene:problem:offer-lapsed")
    assert registration.status(second)[0] == "cancelled"
    assert registration.status(third)[0] == "offered"
    reasons = registration.value(
        "SELECT count(*) FROM outbox WHERE document #>> '{data,reason}' = 'offer not accepted in time'"
    )
    assert reasons == 1


def test_an_offer_that_is_declined_passes_on_at_once(registration: Registration) -> None:
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")
    registration.client.delete(registration.link(first))

    registration.client.delete(registration.link(second))

    assert registration.status(third)[0] == "offered"


def test_an_offer_ends_when_the_session_begins(registration: Registration) -> None:
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=720)
    first, second = (registration.register(f"{name}@x.org") for name in "ab")
    registration.set_time("2017-04-06T12:00:00-05:00")

    registration.client.delete(registration.link(first))

    assert registration.client.get(registration.link(second)).json["offered_until"] == "2017-04-06T18:00:00+00:00"


def test_nothing_is_offered_to_who_waits(registration: Registration) -> None:
    registration.hold(capacity=1)
    _, second = (registration.register(f"{name}@x.org") for name in "ab")

    refused = accept(registration, second)

    assert (refused.status_code, refused.json["type"]) == (409, "urn:convene:problem:nothing-offered")
    assert registration.client.post(f"{V1}/registrations/{second.json['id']}/accept").status_code == 404
