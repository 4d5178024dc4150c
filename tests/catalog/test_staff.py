"""Staff replace a session from what they read, and act on it."""

from typing import Any
from uuid import uuid4

import pytest

from services.catalog.scheduling.jobs import hold_ended_sessions
from tests.catalog.catalog import Catalog, types
from tests.catalog.programs import changed, session_of, small
from tests.catalog.staff_requests import take_seats

NEW_TIME = {"starts_at": "2017-04-07T13:00:00", "ends_at": "2017-04-07T14:30:00", "timezone": "America/Chicago"}
VIDEO = {"url": "https://video.example.org/cafe", "duration": "PT1H28M", "captions": True}


def test_a_session_is_replaced_by_whoever_has_read_it(filled: Catalog) -> None:
    etag = filled.get("/sessions/cafe").headers["ETag"]
    part = session_of(changed("cafe", registration={"policy": "open", "capacity": 150}), "cafe")

    response = filled.put("cafe", part, etag)

    assert response.status_code == 200, response.text
    assert response.json
    assert response.json["registration"]["capacity"] == 150
    assert response.headers["ETag"] == filled.get("/sessions/cafe").headers["ETag"]
    assert types(filled.events())[-1] == "session.updated"


def test_a_replacement_without_the_tag_is_428_and_with_an_old_one_412(filled: Catalog) -> None:
    etag = filled.get("/sessions/cafe").headers["ETag"]
    part = session_of(changed("cafe", title="First"), "cafe")

    assert filled.put("cafe", part, None).status_code == 428
    assert filled.put("cafe", part, etag).status_code == 200
    assert filled.put("cafe", part | {"title": "Second"}, etag).status_code == 412
    assert filled.show("/sessions/cafe")["title"] == "First"


def test_seats_that_are_taken_and_changes_of_others_do_not_stand_in_the_way(filled: Catalog) -> None:
    etag = filled.get("/sessions/cafe").headers["ETag"]
    take_seats(filled, "cafe", 12)
    filled.take_in(changed("overview", title="Another"))

    assert filled.get("/sessions/cafe").headers["ETag"] != etag
    assert filled.put("cafe", session_of(changed("cafe", title="New"), "cafe"), etag).status_code == 200


def test_a_replacement_that_changes_nothing_tells_nobody(filled: Catalog) -> None:
    etag = filled.get("/sessions/cafe").headers["ETag"]

    events = filled.new_events(lambda: filled.put("cafe", session_of(small(), "cafe"), etag))

    assert events == []
    assert filled.get("/sessions/cafe").headers["ETag"] == etag


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"terms": {"topic": ["unheard-of"]}}, "terms.topic.0"),
        ({"series": "unknown"}, "series"),
        ({"organizations": [{"organization": "nobody", "role": "partner"}]}, "organizations.0.organization"),
        ({"registration": {"policy": "open", "capacity": -1}}, "registration.capacity"),
        ({"starts_at": "2017-03-12T02:30:00"}, "starts_at"),
        ({"color": "red"}, "color"),
    ],
)
def test_a_replacement_that_cannot_be_names_its_fault(filled: Catalog, members: dict[str, Any], path: str) -> None:
    response = filled.put("cafe", session_of(small(), "cafe") | members, "*")

    assert response.status_code == 422
    assert response.json
    assert path in response.json["errors"]


def test_a_session_cannot_leave_the_series_that_it_completes(filled: Catalog) -> None:
    part = session_of(changed("cafe", series=None), "cafe")

    response = filled.put("cafe", part, "*")

    assert response.status_code == 409
    assert response.json
    assert response.json["type"] == "urn:convene:problem:completes-series"


def test_a_session_that_leaves_or_joins_a_series_changes_the_places_of_the_others(filled: Catalog) -> None:
    response = filled.put("overview", session_of(changed("overview", series="large"), "overview"), "*")

    assert response.json
    assert response.json["series"] == {"slug": "large", "title": "Large", "position": 3, "of": 3}
    assert filled.show("/sessions/cafe")["series"]["of"] == 3
    assert filled.show("/sessions/cafe")["revision"] == 1


def test_rescheduling_moves_a_session_and_tells_from_when(filled: Catalog) -> None:
    [event] = filled.new_events(lambda: filled.act("cafe/reschedule", NEW_TIME))

    assert types([event]) == ["session.rescheduled"]
    assert event["data"]["previous"]["label"] == "Thursday, April 6, 2017, 1:00 PM CDT"
    assert filled.show("/sessions/cafe")["when"]["label"] == "Friday, April 7, 2017, 1:00 PM CDT"


def test_an_uncertain_session_gets_its_time_by_rescheduling(filled: Catalog) -> None:
    [event] = filled.new_events(lambda: filled.act("workshop/reschedule", NEW_TIME))

    assert types([event]) == ["session.scheduled"]
    assert filled.show("/sessions/workshop")["status"] == "scheduled"


def test_a_time_can_become_uncertain_again(filled: Catalog) -> None:
    filled.act("cafe/reschedule", {"edtf": "2017-23"})

    cafe = filled.show("/sessions/cafe")
    assert (cafe["status"], cafe["when"]) == ("planned", {"edtf": "2017-23", "label": "Fall 2017"})


@pytest.mark.parametrize(
    "body", [{}, {"starts_at": "2017-04-07T13:00:00"}, {"edtf": "soon"}, {**NEW_TIME, "edtf": "2017"}]
)
def test_a_new_time_that_is_none_is_refused(filled: Catalog, body: dict[str, str]) -> None:
    assert filled.act("cafe/reschedule", body).status_code == 422


def test_a_recording_is_published_once_the_session_has_ended(filled: Catalog) -> None:
    assert filled.act("cafe/recording", VIDEO).status_code == 409
    filled.set_time("2017-04-06T15:00:00-05:00")

    [event] = filled.new_events(lambda: filled.act("cafe/recording", VIDEO))

    assert types([event]) == ["recording.published"]
    recording = event["data"]["recording"]
    assert (recording["session_slug"], recording["duration_seconds"], recording["revision"]) == ("cafe", 5280, 1)
    shown = filled.show("/sessions/cafe")["recording"]
    assert (shown["url"], shown["duration"], shown["captions"]) == (VIDEO["url"], "PT1H28M", True)
    assert filled.slugs("/recordings") == ["cafe"]


def test_a_recording_said_anew_is_told_only_where_it_differs(filled: Catalog) -> None:
    filled.set_time("2017-04-06T15:00:00-05:00")
    filled.act("cafe/recording", VIDEO)
    published_at = filled.show("/sessions/cafe")["recording"]["published_at"]

    again = filled.new_events(lambda: filled.act("cafe/recording", VIDEO))
    better = filled.new_events(
        lambda: filled.act("cafe/recording", VIDEO | {"transcript_url": "https://x.example.org"})
    )

    assert again == []
    assert [event["data"]["recording"]["revision"] for event in better] == [2]
    assert filled.show("/sessions/cafe")["recording"]["published_at"] == published_at


def test_registration_by_invitation_can_be_opened_to_everybody(filled: Catalog) -> None:
    events = filled.new_events(lambda: [filled.act("workshop/open-registration") for _ in range(2)])

    assert types(events) == ["session.registration-opened"]
    assert filled.show("/sessions/workshop")["registration"]["policy"] == "open"


def test_a_cancelled_session_stays_cancelled(filled: Catalog) -> None:
    events = filled.new_events(lambda: [filled.act("cafe/cancel") for _ in range(2)])

    assert types(events) == ["session.cancelled"]
    assert filled.act("cafe/reschedule", NEW_TIME).status_code == 409
    assert filled.act("cafe/open-registration").status_code == 409
    assert filled.take_in(small())["changed"] == []
    cafe = filled.show("/sessions/cafe")
    assert (cafe["status"], cafe["registration"]["state"]) == ("cancelled", "closed")


def test_what_was_held_cannot_be_cancelled_but_can_be_held_anew(filled: Catalog) -> None:
    filled.set_time("2017-04-06T15:00:00-05:00")
    hold_ended_sessions()

    assert filled.act("cafe/cancel").status_code == 409
    assert types(filled.new_events(lambda: filled.act("cafe/reschedule", NEW_TIME))) == ["session.rescheduled"]
    assert filled.show("/sessions/cafe")["status"] == "scheduled"


def test_nothing_can_be_done_to_a_session_that_is_not_there(filled: Catalog) -> None:
    part = {**session_of(small(), "cafe"), "slug": "nothing"}
    answers = [
        filled.act("nothing/cancel"),
        filled.act("nothing/reschedule", NEW_TIME),
        filled.put("nothing", part, "*"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_an_action_sent_twice_under_one_key_is_done_once(filled: Catalog) -> None:
    key = {"Idempotency-Key": str(uuid4())}

    first, again = (filled.act("cafe/reschedule", NEW_TIME, **key) for _ in range(2))

    assert (first.status_code, first.data, first.headers["ETag"]) == (200, again.data, again.headers["ETag"])
    assert filled.value("SELECT count(*) FROM audit_log WHERE action = 'session.reschedule'") == 1


def test_every_staff_write_is_audited_with_before_and_after(filled: Catalog) -> None:
    filled.act("workshop/open-registration")
    filled.set_time("2017-04-06T15:00:00-05:00")
    filled.act("cafe/recording", VIDEO)

    [opened, recorded] = filled.rows(
        "SELECT actor, subject, changes FROM audit_log WHERE action <> 'import' ORDER BY id"
    )

    before, after = opened["changes"]["registration"]
    assert (before["policy"], after["policy"]) == ("invitation", "open")
    assert recorded["changes"]["recording"][0] is None
    assert recorded["changes"]["recording"][1]["url"] == VIDEO["url"]
    assert (opened["actor"], opened["subject"], recorded["subject"]) == ("staff@example.org", "workshop", "cafe")


def test_seats_show_as_registration_tells_of_them(filled: Catalog) -> None:
    assert filled.show("/sessions/cafe")["registration"]["seats_left"] == 120
    take_seats(filled, "cafe", 119, revision=2)
    open_ = filled.show("/sessions/cafe")["registration"]
    take_seats(filled, "cafe", 120, revision=3, waitlisted=5)
    full = filled.show("/sessions/cafe")["registration"]

    assert (open_["state"], open_["seats_left"]) == ("open", 1)
    assert (full["state"], full["seats_left"]) == ("full", 0)
    assert filled.slugs("/sessions?registration=open&starts_after=2017-04-01T00:00:00Z") == ["cafe", "change"]


def test_an_older_word_on_seats_does_not_replace_a_newer_one(filled: Catalog) -> None:
    take_seats(filled, "cafe", 120, revision=3)
    take_seats(filled, "cafe", 7, revision=2)

    assert filled.show("/sessions/cafe")["registration"]["state"] == "full"


def test_a_raised_capacity_shows_at_once(filled: Catalog) -> None:
    take_seats(filled, "cafe", 120)
    filled.put("cafe", session_of(changed("cafe", registration={"policy": "open", "capacity": 150}), "cafe"), "*")

    registration = filled.show("/sessions/cafe")["registration"]
    assert (registration["state"], registration["seats_left"]) == ("open", 30)
