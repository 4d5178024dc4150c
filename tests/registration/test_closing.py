"""Seats pass on by themselves while registration is open, and no longer; staff seat people by hand at any time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registration.availability.domain import find_disagreements
from shared.events.catalog import Session
from tests.registration.offers import accept, pass_on
from tests.registration.registration import V1, Registration
from tests.registration.rules import set_rules
from tests.registration.samples import ENDS_AT, STARTS_AT
from tests.registration.staff_pages import DESK, HERE, page
from tests.web_client import WebResponse

CLOSES_AT = STARTS_AT - timedelta(days=2)
# Once registration has closed, once the session has begun, and once it is over, the catalog has not said so yet.
LATE = [CLOSES_AT, STARTS_AT, ENDS_AT + timedelta(minutes=30)]
Line = tuple[Session, WebResponse, WebResponse, WebResponse]


@pytest.fixture
def line(registration: Registration) -> Line:
    """A session of one seat, who has it, and the two who wait."""
    session = registration.hold(capacity=1, closes_at=CLOSES_AT)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")
    return session, first, second, third


def statuses(registration: Registration, *registered: WebResponse) -> list[str]:
    return [registration.status(one)[0] for one in registered]


def go_to(registration: Registration, moment: datetime) -> None:
    """A little later than this: the test's transaction began some time ago."""
    registration.set_time((moment + timedelta(minutes=1)).isoformat())


def give_up(registration: Registration, registered: WebResponse) -> WebResponse:
    return registration.client.delete(registration.link(registered))


def raise_capacity(registration: Registration, session: Session, capacity: int = 3, **facts: Any) -> None:
    closes_at = facts.pop("closes_at", CLOSES_AT)
    registration.hold(id=session.id, revision=2, capacity=capacity, closes_at=closes_at, **facts)


def erase(registration: Registration, _session: Session) -> None:
    """Erase the person with the seat, which releases it if the session is in the future."""
    person = registration.value("SELECT id FROM people WHERE email = 'a@x.org'")
    assert person
    registration.client.delete(f"{V1}/people/a@x.org", headers=registration.staff)


def cancel(registration: Registration, _session: Session) -> None:
    id = registration.value("SELECT r.id FROM registrations AS r JOIN people AS p ON p.id = person_id"
                            " WHERE email = 'a@x.org'")  # fmt: skip
    registration.client.delete(f"{V1}/registrations/{id}", headers=registration.staff)


def move_away(registration: Registration, _session: Session) -> None:
    registration.hold("other", starts_at=STARTS_AT + timedelta(days=9))
    id = registration.value("SELECT r.id FROM registrations AS r JOIN people AS p ON p.id = person_id"
                            " WHERE email = 'a@x.org' AND status = 'confirmed'")  # fmt: skip
    registration.client.post(f"{V1}/registrations/{id}/move", json={"session": "other"}, headers=registration.staff)


def look_for_empty_seats(registration: Registration, _session: Session) -> None:
    registration.conn.execute("UPDATE seats SET capacity = 3, ceiling = 3")
    assert find_disagreements(registration.conn) == []


FREEING: list[Callable[[Registration, Session], None]] = [
    raise_capacity,
    erase,
    cancel,
    move_away,
    look_for_empty_seats,
]


@pytest.mark.parametrize("hours", [None, 24])
@pytest.mark.parametrize("moment", LATE)
@pytest.mark.parametrize("free", FREEING)
def test_a_seat_that_is_free_too_late_passes_on_to_nobody(
    registration: Registration,
    line: Line,
    free: Callable[[Registration, Session], None],
    moment: datetime,
    hours: int | None,
) -> None:
    session, _, second, third = line
    set_rules(registration, offer_hours=hours)
    go_to(registration, moment)

    free(registration, session)

    assert statuses(registration, second, third) == ["waitlisted", "waitlisted"]
    assert not {"registration.promoted", "registration.offered"} & set(registration.events("registration"))


def test_an_offer_that_ends_with_the_start_passes_on_to_nobody(registration: Registration) -> None:
    """Case 14.1, and 14.2 with a worker that is late."""
    registration.hold(capacity=1)
    set_rules(registration, offer_hours=24)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")
    go_to(registration, STARTS_AT - timedelta(seconds=90))
    give_up(registration, first)
    assert statuses(registration, second, third) == ["offered", "waitlisted"]

    go_to(registration, ENDS_AT + timedelta(minutes=30))
    assert pass_on(registration) == 1

    assert statuses(registration, second, third) == ["cancelled", "waitlisted"]
    assert registration.availability()["confirmed"] == 0
    assert "registration.promoted" not in registration.events("registration")


def test_an_offer_ends_when_registration_does(registration: Registration, line: Line) -> None:
    _, first, second, third = line
    set_rules(registration, offer_hours=24)
    go_to(registration, CLOSES_AT - timedelta(hours=1))

    give_up(registration, first)

    offered = registration.client.get(registration.link(second)).json
    assert offered
    assert datetime.fromisoformat(offered["offered_until"]) == CLOSES_AT
    go_to(registration, CLOSES_AT)
    assert accept(registration, second).status_code == 410
    assert pass_on(registration) == 1
    assert statuses(registration, third) == ["waitlisted"]


def test_an_offer_of_a_session_that_begins_earlier_ends_with_the_new_start(registration: Registration) -> None:
    session = registration.hold(capacity=1)
    set_rules(registration, offer_hours=720)
    first, second, third = (registration.register(f"{name}@x.org") for name in "abc")
    give_up(registration, first)
    sooner = datetime(2017, 1, 12, 18, tzinfo=UTC)

    registration.hold(id=session.id, revision=2, capacity=1, starts_at=sooner)
    go_to(registration, sooner)

    assert accept(registration, second).status_code == 410
    assert pass_on(registration) == 1
    assert statuses(registration, second, third) == ["cancelled", "waitlisted"]


def test_the_line_moves_on_when_registration_opens_again(registration: Registration, line: Line) -> None:
    session, first, second, _ = line
    go_to(registration, CLOSES_AT)
    give_up(registration, first)
    assert statuses(registration, second) == ["waitlisted"]

    raise_capacity(registration, session, 1, closes_at=STARTS_AT)

    assert statuses(registration, second) == ["confirmed"]


@pytest.mark.parametrize("moment", LATE)
def test_staff_seat_by_hand_whom_they_want(registration: Registration, line: Line, moment: datetime) -> None:
    _, first, second, third = line
    go_to(registration, moment)
    path = f"{V1}/registrations/{third.json['id']}/seat"

    full = registration.client.post(path, json={}, headers=registration.staff)
    seated = [
        registration.client.post(path, json={"over_capacity": True}, headers=registration.staff) for _ in range(2)
    ]

    assert (full.status_code, full.json and full.json["type"]) == (409, "urn:convene:problem:no-seat-left")
    assert [one.status_code for one in seated] == [200, 200]
    assert statuses(registration, first, second, third) == ["confirmed", "waitlisted", "confirmed"]
    assert registration.status(second) == ("waitlisted", 1)
    assert registration.availability()["confirmed"] == 2
    assert registration.events("registration").count("registration.promoted") == 1
    assert find_disagreements(registration.conn) == []
    assert registration.client.post(path, json={}).status_code == 401


def test_staff_seat_somebody_in_a_seat_that_is_free(registration: Registration, line: Line, staff: Any) -> None:
    _, first, second, third = line
    go_to(registration, CLOSES_AT)
    give_up(registration, first)
    path = f"{DESK}/registrations/{third.json['id']}"

    assert page(staff, path).xpath("//form[contains(@action, '/seat')]//button")
    answer = staff.post(f"{path}/seat", data={}, headers=HERE)

    assert (answer.status_code, answer.location) == (303, path)
    assert statuses(registration, second, third) == ["waitlisted", "confirmed"]
    full = staff.post(f"{DESK}/registrations/{second.json['id']}/seat", data={}, headers=HERE)
    assert full.status_code == 409
    assert "No seat is free in this session." in full.text


def test_staff_who_register_somebody_that_waits_over_capacity_give_them_a_seat(
    registration: Registration, line: Line
) -> None:
    *_, third = line
    body = {"email": "c@x.org", "name": "C", "library": {"name": "L", "type": "public"}, "over_capacity": True}

    found = registration.client.post(
        f"{V1}/sessions/world-cafe/registrations", json=body, headers=registration.staff
    ).json

    assert found
    assert found["status"] == "confirmed"
    assert statuses(registration, third) == ["confirmed"]


def test_who_waits_reads_that_the_session_was_full(registration: Registration, line: Line) -> None:
    _, _, second, _ = line
    address = registration.link(second).replace("/v1/registrations/", "/manage/")

    closed = go_to(registration, CLOSES_AT) or registration.client.get(address).text
    begun = go_to(registration, STARTS_AT) or registration.client.get(address).text

    assert "Registration has closed" in closed
    assert "we mail you at once" not in closed
    assert "The session was full" in begun


def test_nobody_is_moved_into_a_session_that_is_over(registration: Registration) -> None:
    registration.hold("over")
    registration.hold("later", starts_at=STARTS_AT + timedelta(days=9))
    made = registration.register("a@x.org", "later")
    go_to(registration, ENDS_AT)
    path = f"{V1}/registrations/{made.json['id']}/move"

    answer = registration.client.post(path, json={"session": "over"}, headers=registration.staff)

    assert (answer.status_code, answer.json and answer.json["type"]) == (409, "urn:convene:problem:session-held")
    assert statuses(registration, made) == ["confirmed"]


@pytest.mark.parametrize("moment", [CLOSES_AT, STARTS_AT])
def test_nobody_is_invited_to_what_they_cannot_register_for_any_more(
    registration: Registration, moment: datetime
) -> None:
    registration.hold("workshop", policy="invitation", closes_at=CLOSES_AT)
    go_to(registration, moment)
    body = {"email": "b@x.org", "name": "B"}

    answer = registration.client.post(f"{V1}/sessions/workshop/invitations", json=body, headers=registration.staff)

    assert answer.status_code == 409
    assert registration.value("SELECT count(*) FROM invitations") == 0
