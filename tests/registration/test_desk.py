"""The pages on which staff look after sessions: what they show of whom, and what they take."""

import io
from collections.abc import Callable
from datetime import timedelta

from shared.http.signin import COOKIE
from tests.registration.registration import Registration
from tests.registration.samples import STARTS_AT
from tests.registration.staff_pages import DESK, HERE, page
from tests.web_client import WebClient

HOSTILE = '"><script>alert(1)</script>'


def test_sessions_are_listed_in_order_and_none_is_left_out(registration: Registration, staff: WebClient) -> None:
    slugs = [f"session-{number}" for number in range(7)]
    for number, slug in enumerate(slugs):
        registration.hold(slug, starts_at=STARTS_AT + timedelta(days=number % 3))

    found, address = [], f"{DESK}/?limit=2"
    while address:
        shown = page(staff, address)
        found += [link.rpartition("/")[2] for link in shown.xpath("//tbody//td[1]/a/@href")]
        more = shown.xpath("//a[text()='More']/@href")
        address = f"{DESK}/{more[0]}&limit=2" if more else ""
        if len(found) == 2:  # one that is added before the place where the reader is moves nothing
            registration.hold("session-early", starts_at=STARTS_AT - timedelta(days=1))

    assert sorted(found) == slugs
    assert found == sorted(found, key=lambda slug: (int(slug[-1]) % 3, slug))


def test_what_people_wrote_of_themselves_is_text(registration: Registration, staff: WebClient) -> None:
    registration.hold()
    made = registration.register("a@library.example", name=HOSTILE, accommodations=HOSTILE)
    assert made.json

    for address in (f"{DESK}/sessions/world-cafe", f"{DESK}/registrations/{made.json['id']}"):
        shown = page(staff, address)
        assert HOSTILE in shown.text_content()
        assert not shown.xpath("//script[contains(., 'alert')]")


def test_who_may_only_read_is_shown_no_form_that_changes(
    registration: Registration, staff_token: Callable[[str], str]
) -> None:
    registration.hold()
    made = registration.register("a@library.example")
    assert made.json
    registration.client.set_cookie(COOKIE, staff_token("registration:read"))

    shown = page(registration.client, f"{DESK}/registrations/{made.json['id']}")

    assert shown.xpath("//form[@method='post']/@action") == ["/registration/staff/sign-out"]


def test_a_correction_that_is_refused_keeps_what_was_typed(registration: Registration, staff: WebClient) -> None:
    registration.hold()
    registration.register("taken@library.example")
    made = registration.register("a@library.example")
    assert made.json
    address = f"{DESK}/registrations/{made.json['id']}"
    form = {"name": "Ada", "email": "taken@library.example", "library.name": "Hilltop", "library.type": "rural"}

    answer = staff.post(address, data=form | {"note": "Typed with care"}, headers=HERE)

    assert answer.status_code == 409
    assert "Another person has this address." in answer.text
    assert "Typed with care" in answer.text


def test_to_look_at_a_report_changes_nothing(registration: Registration, staff: WebClient) -> None:
    registration.hold()
    registration.register("a@library.example")
    registration.set_time((STARTS_AT + timedelta(hours=1)).isoformat())
    address = f"{DESK}/sessions/world-cafe/attendance"
    rows = "Name,Email,Duration (Minutes)\nAda,a@library.example,50\n"
    file = {"file": (io.BytesIO(rows.encode()), "report.csv"), "minimum_minutes": "20"}

    looked = staff.post(address, data=file, headers=HERE)
    assert looked.status_code == 200
    assert "1 with a seat" in looked.text
    assert registration.roster()["items"][0]["attended"] is None

    sent = {"report": rows, "minimum_minutes": "20", "sure": "true"}
    assert [staff.post(address, data=sent, headers=HERE).status_code for _ in range(2)] == [303, 303]
    assert registration.roster()["items"][0]["minutes"] == 50


def test_a_person_is_not_forgotten_by_a_slip(registration: Registration, staff: WebClient) -> None:
    registration.hold()
    registration.register("a@library.example")
    form = {"email": "a@library.example", "again": "b@library.example"}

    assert staff.post(f"{DESK}/people/erase", data=form, headers=HERE).status_code == 422
    assert staff.get(f"{DESK}/people?email=a@library.example").status_code == 200
    # A person unknown to registration may read the newsletter: the page shows what other services hold.
    unknown = staff.get(f"{DESK}/people?email=nobody@library.example")
    assert unknown.status_code == 200
    assert "/notifications/staff/people?email=nobody%40library.example" in unknown.text
