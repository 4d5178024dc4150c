"""Attendance: by platforms' reports, at check-in, by the link to join, by hand."""

from typing import Any

import pytest

from services.registration.certificates.jobs import issue_certificates
from shared import runtime, signed_links
from tests.registration.registration import V1, Registration
from tests.registration.samples import AFTER, make_series

HERE = {"Sec-Fetch-Site": "same-origin"}
DURING = "2017-04-06T13:10:00-05:00"
JOIN_URL = "https://meet.example.org/world-cafe"

GOTOWEBINAR = """Attendee Report
Generated,Webinar Name,Webinar ID
"Apr 7, 2017",World Café,123-456-789

Session Details
Actual Start Date/Time,Duration (minutes),Clicked Registration Link,Opened Invitation
"Apr 6, 2017 1:00 PM CDT",90,120,0

Attendee Details
Attended,Last Name,First Name,Email Address,Registration Date/Time,Join Time,Leave Time,Time in Session
Yes,Lovelace,Ada,ada@x.org,"Jan 10, 2017","Apr 6, 2017 1:00 PM","Apr 6, 2017 1:40 PM",40 minutes
Yes,Lovelace,Ada,ada@x.org,"Jan 10, 2017","Apr 6, 2017 1:50 PM","Apr 6, 2017 2:30 PM",40 minutes
Yes,Hopper,Grace,grace@x.org,"Jan 10, 2017","Apr 6, 2017 1:00 PM","Apr 6, 2017 2:30 PM",1 hour 30 minutes
No,Gone,Long,long@x.org,"Jan 10, 2017",,,--
"""
ZOOM = """Attendee Report
Report Generated:,04/07/2017
Topic,Webinar ID,User Name (Original Name),User Email
World Café,123,Host,host@ala.example

Attendee Details,
Attended,User Name (Original Name),First Name,Last Name,Email,Join Time,Leave Time,Time in Session (minutes),Is Guest
Yes,Ada Lovelace (she/her),Ada,Lovelace,,04/06/2017,04/06/2017,50,Yes
Yes,ADA  LOVELACE,Ada,Lovelace,,04/06/2017,04/06/2017,30,Yes
Yes,Sam Lee,Sam,Lee,,04/06/2017,04/06/2017,80,Yes
Yes,18005550100,,,,04/06/2017,04/06/2017,80,Yes
No,Grace Hopper,Grace,Hopper,grace@x.org,--,--,--,Yes
"""


def report(registration: Registration, content: bytes, **query: Any) -> Any:
    return registration.client.post(
        f"{V1}/sessions/world-cafe/attendance",
        data=content,
        content_type="text/csv",
        headers=registration.staff,
        query_string=query,
    ).json


def attended(registration: Registration) -> dict[str, tuple[bool | None, int | None]]:
    return {one["email"]: (one["attended"], one["minutes"]) for one in registration.roster()["items"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_report_of_gotowebinar_is_read_in_any_encoding(registration: Registration, encoding: str) -> None:
    registration.hold()
    for name in ("ada", "grace", "long"):
        registration.register(f"{name}@x.org")
    registration.set_time(DURING)

    applied = report(registration, GOTOWEBINAR.encode(encoding))

    counts = {name: applied[name] for name in ("matched", "unmatched", "duplicates", "changed", "said_absent")}
    assert counts == {"matched": 3, "unmatched": 0, "duplicates": 1, "changed": 3, "said_absent": 1}
    assert attended(registration) == {"ada@x.org": (True, 80), "grace@x.org": (True, 90), "long@x.org": (False, None)}


def test_who_is_in_a_report_by_name_alone_is_found_where_one_person_has_it(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org", name="Ada Lovelace")
    registration.register("grace@x.org", name="Grace Hopper")
    registration.register("sam1@x.org", name="Sam Lee")
    registration.register("sam2@x.org", name="sam  lee")
    registration.set_time(DURING)

    applied = report(registration, ZOOM.encode())

    assert applied["matched"] == 2
    assert applied["without_seat"] == ["Sam Lee", "18005550100"]
    assert attended(registration)["ada@x.org"] == (True, 80)
    assert attended(registration)["grace@x.org"] == (False, None)
    assert report(registration, ZOOM.encode())["changed"] == 0


def test_too_few_minutes_are_no_attendance(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")
    registration.set_time(DURING)

    report(registration, GOTOWEBINAR.encode(), minimum_minutes=81)
    assert attended(registration)["ada@x.org"] == (False, 80)
    report(registration, GOTOWEBINAR.encode(), minimum_minutes=80)
    assert attended(registration)["ada@x.org"] == (True, 80)


def check_in(registration: Registration, **who: str) -> Any:
    return registration.client.post(f"{V1}/sessions/world-cafe/check-ins", json=who, headers=registration.staff)


def test_somebody_is_let_in_by_their_code_once(registration: Registration) -> None:
    registration.hold()
    made = registration.register("ada@x.org", name="Ada Lovelace")
    code = registration.client.get(registration.link(made)).json["code"]

    early = check_in(registration, code=code)
    registration.set_time(DURING)
    first, again = check_in(registration, code=code.lower()), check_in(registration, code=code)

    assert early.json["type"] == "urn:convene:problem:session-not-begun"
    assert first.json["checked_in"]["name"] == "Ada Lovelace"
    assert (first.json["again"], again.json["again"]) == (False, True)
    assert attended(registration)["ada@x.org"] == (True, None)
    assert registration.events("attendance") == ["attendance.recorded"]


def test_a_name_that_several_have_lets_nobody_in_before_one_is_chosen(registration: Registration) -> None:
    registration.hold(capacity=3)
    for number, name in enumerate(("Ada Lovelace", "Ada Byron", "Grace", "Ada W")):
        registration.register(f"p{number}@x.org", name=name)
    registration.set_time(DURING)

    several = check_in(registration, name="ada")
    exact = check_in(registration, name="ada  BYRON")

    assert several.json["checked_in"] is None
    assert [one["name"] for one in several.json["candidates"]] == ["Ada Lovelace", "Ada Byron"]  # who waits has no seat
    assert exact.json["checked_in"]["name"] == "Ada Byron"
    assert check_in(registration, name="Nobody").status_code == 404
    assert check_in(registration, name="Ada", code="1").status_code == 422


def test_what_staff_saw_stands_against_any_report(registration: Registration) -> None:
    registration.hold()
    made = registration.register("ada@x.org")
    path = f"{V1}/registrations/{made.json['id']}/attendance"
    early = registration.client.put(path, json={"attended": True}, headers=registration.staff)
    registration.set_time(DURING)

    registration.client.put(path, json={"attended": False}, headers=registration.staff)
    report(registration, GOTOWEBINAR.encode())

    assert early.status_code == 409
    assert attended(registration)["ada@x.org"] == (False, None)


def join_path(registered: Any) -> str:
    return f"{V1}/join?token={signed_links.sign(runtime.settings(), 'join', registered.json['id'])}"


def open_at(registration: Registration) -> str | None:
    return registration.roster()["items"][0]["opened_at"]


@pytest.mark.covers("ASVS 2.3.1")
def test_the_link_to_join_leads_to_the_session_and_proves_nothing(registration: Registration) -> None:
    """Opening it changes nothing, as programs do that read mails; its button is noted, and is no attendance."""
    session = registration.hold(join_url=JOIN_URL)
    registration.know_series(make_series([session.id]))
    made = registration.register("ada@x.org")
    page = registration.client.get(join_path(made)).location or ""

    early = registration.client.post(page, headers=HERE)
    assert (early.status_code, early.location, open_at(registration)) == (303, JOIN_URL, None)

    registration.set_time("2017-04-06T12:45:00-05:00")
    for path in (join_path(made), page):
        registration.client.head(path)
        assert registration.client.get(path).status_code in (200, 302)
    assert open_at(registration) is None

    for _ in range(2):
        assert registration.client.post(page, headers=HERE).location == JOIN_URL
    first = open_at(registration)
    assert first is not None
    assert first.startswith("2017-04-06T17:4")
    assert attended(registration)["ada@x.org"] == (None, None)
    assert registration.events("attendance", "series") == []

    registration.set_time("2017-04-06T14:31:00-05:00")
    for path in (join_path(made), page):
        assert registration.client.get(path).status_code == 410
    assert registration.client.post(page, headers=HERE).status_code == 410
    registration.set_time(AFTER)
    assert issue_certificates() == 0
    report(registration, b"Email,Minutes\nada@x.org,3\n")
    assert attended(registration)["ada@x.org"] == (False, 3)


def test_who_only_opened_the_link_before_this_release_has_attended_nothing(registration: Registration) -> None:
    """0.1.0 recorded that as attendance; the rows are there still, and processes of it may write more of them."""
    session = registration.hold(join_url=JOIN_URL)
    made = registration.register("ada@x.org")
    registration.conn.execute(
        "INSERT INTO attendance (id, session_id, person_id, attended, source, joined_at)"
        " SELECT gen_random_uuid(), session_id, person_id, true, 'join', programme_now() FROM registrations"
        " WHERE id = %s",
        [made.json["id"]],
    )
    registration.set_time(AFTER)

    registration.know_series(make_series([session.id]))

    assert registration.events("series") == []
    assert attended(registration)["ada@x.org"] == (None, None)


def test_the_link_to_join_is_for_those_with_a_seat(registration: Registration) -> None:
    registration.hold(join_url=JOIN_URL, capacity=0)
    waiting = registration.register("ada@x.org")

    assert registration.client.get(join_path(waiting)).status_code == 409
    assert registration.client.get(f"{V1}/join?token=nonsense").status_code == 404
