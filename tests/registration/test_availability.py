"""Availability of sessions: read, announced, checked."""

from typing import Any

import pytest

from services.registration.availability import domain
from services.registration.availability.jobs import check_seats, tell_availability
from tests.registration.registration import Registration


def told(registration: Registration) -> list[tuple[str, int, int, int]]:
    """(session, sequence, confirmed, waitlisted) of each event, in order."""
    rows = registration.conn.execute("SELECT document FROM outbox WHERE aggregate = 'availability' ORDER BY position")
    documents: list[Any] = [row[0] for row in rows]
    return [
        (data["session_slug"], int(document["sequence"]), data["confirmed"], data["waitlisted"])
        for document in documents
        for data in [document["data"]["availability"]]
    ]


def let_a_second_pass(registration: Registration) -> None:
    registration.conn.execute("UPDATE availability SET told_at = told_at - interval '1 second'")


def test_many_seats_taken_are_told_in_one_event(registration: Registration) -> None:
    registration.hold(capacity=3)
    for name in "abcd":
        registration.register(f"{name}@x.org")

    tell_availability()
    tell_availability()

    assert told(registration) == [("world-cafe", 1, 3, 1)]


def test_a_session_is_told_once_a_second_at_most_and_its_last_state_always(registration: Registration) -> None:
    registration.hold()
    tell_availability()
    registration.register("a@x.org")
    tell_availability()
    assert told(registration) == [("world-cafe", 1, 0, 0)]

    let_a_second_pass(registration)
    registration.register("b@x.org")

    tell_availability()
    let_a_second_pass(registration)
    tell_availability()
    assert told(registration) == [("world-cafe", 1, 0, 0), ("world-cafe", 2, 2, 0)]


def test_after_as_many_as_fit_in_one_go_the_rest_is_told_at_once(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "MOST", 2)
    for slug in ("one", "two", "three"):
        registration.hold(slug=slug)

    assert [tell_availability(), tell_availability()] == [2, 0]
    assert sorted(event[0] for event in told(registration)) == ["one", "three", "two"]


def test_who_has_the_answer_is_told_only_that_it_stands(registration: Registration) -> None:
    registration.hold(capacity=3)
    path = "/registration/v1/sessions/world-cafe/availability"
    headers = {"If-None-Match": registration.client.get(path).headers["ETag"]}

    assert registration.client.get(path, headers=headers).status_code == 304
    registration.register("a@x.org")
    assert registration.client.get(path, headers=headers).status_code == 200
    assert registration.client.get("/registration/v1/sessions/unheard-of/availability").status_code == 404


def test_an_empty_seat_that_somebody_waits_for_is_found_and_given(registration: Registration) -> None:
    session = registration.hold(capacity=1)
    _, second = registration.register("a@x.org"), registration.register("b@x.org")
    registration.conn.execute("UPDATE seats SET capacity = 2, ceiling = 2 WHERE session_id = %s", [session.id])

    check_seats()

    assert registration.status(second) == ("confirmed", None)
