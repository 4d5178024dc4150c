"""The catalog publishes one event for each changed entry, with its whole state."""

from typing import Any

import pytest

from services.catalog.scheduling.jobs import hold_ended_sessions
from shared.events.envelope import load
from tests.catalog.catalog import Catalog, types
from tests.catalog.programs import JOIN_URL, changed, session_of, small


@pytest.mark.parametrize(
    ("slug", "members", "type_"),
    [
        ("cafe", {"title": "Coffee"}, "session.updated"),
        ("cafe", {"description": "Only this."}, "session.updated"),
        ("cafe", {"online": {"platform": "Zoom", "join_url": "https://meet.example.org/new"}}, "session.updated"),
        ("cafe", {"registration": {"policy": "open", "capacity": 150}}, "session.updated"),
        ("cafe", {"starts_at": "2017-04-06T12:00:00"}, "session.rescheduled"),
        ("cafe", {"starts_at": None, "ends_at": None, "timezone": None, "edtf": "2017-05", "registration": None},
         "session.rescheduled"),
        ("workshop", {"edtf": "2017-07"}, "session.updated"),
        ("workshop", {"edtf": None, "starts_at": "2017-06-23T09:00:00", "ends_at": "2017-06-23T16:00:00",
                      "timezone": "America/Chicago"}, "session.scheduled"),
        ("workshop", {"registration": {"policy": "open"}}, "session.registration-opened"),
    ],
)  # fmt: skip
def test_a_changed_session_is_told_by_what_happened_to_it(
    catalog: Catalog, slug: str, members: dict[str, Any], type_: str
) -> None:
    catalog.take_in(small())

    [event] = catalog.new_events(lambda: catalog.take_in(changed(slug, **members)))

    assert types([event]) == [type_]
    assert (event["sequence"], event["data"]["session"]["revision"]) == ("2", 2)


def test_a_rescheduled_session_says_when_it_would_have_been(catalog: Catalog) -> None:
    catalog.take_in(small())

    [document] = catalog.new_events(lambda: catalog.take_in(changed("cafe", starts_at="2017-04-06T12:30:00")))

    event: Any = load(document)[0]
    assert event.previous.label == "Thursday, April 6, 2017, 1:00 PM CDT"
    assert event.previous.starts_at.isoformat() == "2017-04-06T18:00:00+00:00"
    assert event.session.when.starts_at.isoformat() == "2017-04-06T17:30:00+00:00"


def test_an_event_carries_the_whole_session_with_the_address_that_only_registrants_get(catalog: Catalog) -> None:
    catalog.take_in(small())

    events = {event["data"]["session"]["slug"]: event["data"]["session"] for event in catalog.events()
              if event["type"] == "catalog.session.published"}  # fmt: skip
    cafe = dict(events["cafe"])

    assert cafe.pop("id") == catalog.show("/sessions/cafe")["id"]
    assert cafe == {
        "revision": 1,
        "slug": "cafe",
        "title": "Café",
        "summary": "Tables.",
        "format": "webinar",
        "status": "scheduled",
        "initiative": {"slug": "models", "title": "Models"},
        "series": {"slug": "large", "title": "Large"},
        "when": {
            "edtf": "2017-04-06T13:00:00-05:00",
            "label": "Thursday, April 6, 2017, 1:00 PM CDT",
            "starts_at": "2017-04-06T18:00:00+00:00",
            "ends_at": "2017-04-06T19:30:00+00:00",
            "timezone": "America/Chicago",
        },
        "venue": None,
        "online": {"platform": "Zoom", "join_url": JOIN_URL},
        "organizations": [{"slug": "ncdd", "name": "NCDD", "role": "facilitator"}],
        "terms": {
            "library_type": ["public"],
            "topic": ["dialogue"],
            "job_function": [],
            "audience": [],
            "budget": [],
            "community_size": [],
        },
        "registration": {
            "policy": "open",
            "opens_at": "2016-12-15T16:00:00+00:00",
            "closes_at": None,
            "capacity": 120,
        },
        "contact_hours": 1.5,
        "page_url": "https://learning.example.org/catalog/sessions/cafe",
    }


def test_a_series_names_the_sessions_that_complete_it_by_their_ids(catalog: Catalog) -> None:
    catalog.take_in(small())
    ids = {slug: catalog.show(f"/sessions/{slug}")["id"] for slug in ("cafe", "change", "workshop")}

    [event] = [event for event in catalog.events() if event["type"] == "catalog.series.published"]

    assert event["data"]["series"]["completion"] == {
        "sessions": [ids["cafe"], ids["change"]],
        "counts": ["live", "recorded"],
        "invites_to": ids["workshop"],
    }


def _complete(document: dict[str, Any]) -> None:
    document["series"][0]["completion"]["sessions"] = ["change"]


def _address(document: dict[str, Any]) -> None:
    document["series"][0]["audience"] = {"library_types": ["academic"]}


def _join(document: dict[str, Any]) -> None:
    session_of(document, "overview")["series"] = "large"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_complete, ["series.updated"]),
        (_address, ["series.updated"]),
        (_join, ["series.updated", "session.updated"]),
    ],
)
def test_a_series_tells_when_its_sessions_its_audience_or_its_completion_change(
    catalog: Catalog, change: Any, expected: list[str]
) -> None:
    catalog.take_in(small())
    document = small()
    change(document)

    assert types(catalog.new_events(lambda: catalog.take_in(document))) == expected


def test_what_names_a_thing_by_its_name_tells_when_that_changes(catalog: Catalog) -> None:
    catalog.take_in(small())
    document = small()
    document["organizations"][0]["name"] = "The Coalition"

    events = catalog.new_events(lambda: catalog.take_in(document))

    assert types(events) == ["initiative.updated", "session.updated"]
    assert catalog.show("/sessions/cafe")["organizations"][0]["name"] == "The Coalition"


def test_revisions_of_a_thing_count_its_events(catalog: Catalog) -> None:
    catalog.take_in(small())
    for title in ("One", "Two", "Three"):
        catalog.take_in(changed("cafe", title=title))
        catalog.take_in(changed("cafe", title=title))

    sequences = [
        event["sequence"] for event in catalog.events() if event["data"].get("session", {}).get("slug") == "cafe"
    ]

    assert sequences == ["1", "2", "3", "4"]
    assert catalog.show("/sessions/cafe")["revision"] == 4


def test_a_session_is_held_when_its_end_has_passed_and_once(catalog: Catalog) -> None:
    catalog.take_in(small())
    catalog.set_time("2017-02-09T13:59:00-06:00")
    assert hold_ended_sessions() == 0
    catalog.set_time("2017-02-09T14:00:01-06:00")

    events = catalog.new_events(lambda: [hold_ended_sessions(), hold_ended_sessions()])

    assert types(events) == ["session.held"]
    assert catalog.show("/sessions/overview")["status"] == "held"
    assert catalog.show("/sessions/overview")["registration"]["state"] == "closed"
    assert catalog.take_in(small())["changed"] == []


def test_a_draft_is_not_held(catalog: Catalog) -> None:
    catalog.take_in(small() | {"publish": False})
    catalog.set_time("2018-01-01T00:00:00Z")

    assert hold_ended_sessions() == 0


def test_what_rolls_back_tells_nobody(catalog: Catalog) -> None:
    catalog.take_in(small())

    assert catalog.new_events(lambda: catalog.send(changed("cafe", title="x", series="none"))) == []
