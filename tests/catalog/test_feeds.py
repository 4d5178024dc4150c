"""Calendars and news feeds, read with programs that we did not write."""

from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from icalendar import Calendar
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed
from tests.catalog.staff_requests import withdraw
from tests.web_client import WebResponse

VIDEO = {"url": "https://video.example.org/overview", "duration": "PT58M"}


def fetch(catalog: Catalog, path: str, **headers: str) -> WebResponse:
    return catalog.client.get(
        f"/catalog{path}", headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def entries(catalog: Catalog, path: str = "/sessions.ics") -> dict[str, Any]:
    """The entries of a calendar by their titles."""
    response = fetch(catalog, path)
    assert response.status_code == 200, response.text
    calendar = Calendar.from_ical(response.data)
    return {str(entry["summary"]): entry for entry in calendar.walk("VEVENT")}


def test_a_calendar_has_the_sessions_whose_time_is_known(filled: Catalog) -> None:
    found = entries(filled)

    assert found.keys() == {"Overview", "Café", "Change"}
    cafe = found["Café"]
    assert cafe.decoded("dtstart") == datetime(2017, 4, 6, 18, tzinfo=UTC)
    assert found["Overview"].decoded("dtstart") == datetime(2017, 2, 9, 19, tzinfo=UTC)  # before the clocks go forward
    assert str(cafe["uid"]) == f"{filled.show('/sessions/cafe')['id']}@learning.example.org"
    assert str(cafe["status"]) == "CONFIRMED"
    assert str(cafe["location"]) == "Zoom"
    assert "https://learning.example.org/catalog/sessions/cafe" in str(cafe["description"])


def test_a_calendar_is_written_as_the_rfc_wants_it(filled: Catalog) -> None:
    response = fetch(filled, "/sessions.ics")

    lines = response.data.split(b"\r\n")
    assert response.content_type == "text/calendar; charset=utf-8"
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert "METHOD:PUBLISH" in response.text


def test_a_calendar_takes_the_filters_of_the_list(filled: Catalog) -> None:
    assert entries(filled, "/sessions.ics?library_type=academic").keys() == {"Overview"}
    assert entries(filled, "/sessions.ics?starts_after=2017-04-20").keys() == {"Change"}
    assert fetch(filled, "/sessions.ics?color=red").status_code == 422


def test_a_calendar_learns_of_a_new_time_and_of_the_end_of_a_session(filled: Catalog) -> None:
    before = entries(filled)["Café"]
    filled.act(
        "cafe/reschedule",
        {"starts_at": "2017-04-07T13:00:00", "ends_at": "2017-04-07T14:00:00", "timezone": "America/Chicago"},
    )
    after = entries(filled)["Café"]

    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after.decoded("dtstart").day == 7

    filled.act("cafe/cancel")
    assert str(entries(filled)["Café"]["status"]) == "CANCELLED"
    withdraw(filled, "/sessions/change")
    assert str(entries(filled)["Change"]["status"]) == "CANCELLED"
    assert str(entries(filled, "/sessions/change.ics")["Change"]["status"]) == "CANCELLED"


def test_a_session_has_a_calendar_of_its_own_once_it_has_a_time(filled: Catalog) -> None:
    assert entries(filled, "/sessions/cafe.ics").keys() == {"Café"}
    assert filled.show("/sessions/cafe")["links"]["ics"] == "https://learning.example.org/catalog/sessions/cafe.ics"
    assert filled.show("/sessions/workshop")["links"]["ics"] is None
    response = fetch(filled, "/sessions/workshop.ics")
    assert response.status_code == 404
    assert response.json
    assert response.json["type"] == "urn:convene:problem:not-scheduled"
    assert fetch(filled, "/sessions/unknown.ics").status_code == 404


@pytest.mark.parametrize(
    "path", ["/sessions.ics", "/sessions/cafe.ics", "/announcements.atom", "/announcements.rss", "/recordings.atom"]
)
def test_who_has_a_feed_is_told_so(filled: Catalog, path: str) -> None:
    first = fetch(filled, path)

    again = fetch(filled, path, If_None_Match=first.headers["ETag"])

    assert again.status_code == 304
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert fetch(filled, path).data == first.data


def test_announcements_are_read_as_atom_and_as_rss(filled: Catalog) -> None:
    atom, rss = (feedparser.parse(fetch(filled, f"/announcements.{kind}").data) for kind in ("atom", "rss"))

    assert (atom.version, rss.version) == ("atom10", "rss20")
    assert not atom.bozo
    assert not rss.bozo
    for feed in (atom, rss):
        [entry] = feed.entries
        assert entry.title == "Free"
        assert entry.link == "https://learning.example.org/catalog/announcements/free"
        assert entry.published_parsed[:5] == (2016, 12, 15, 16, 0)
    assert atom.entries[0].content[0].value == "<p>Come.</p>"
    assert [tag.term for tag in atom.entries[0].tags] == ["dialogue"]
    assert atom.feed.links[1].href == "https://learning.example.org/catalog/announcements.atom"


def test_what_is_withdrawn_leaves_a_tombstone(filled: Catalog) -> None:
    id = filled.show("/announcements/free")["id"]
    withdraw(filled, "/announcements/free")

    response = fetch(filled, "/announcements.atom")

    assert feedparser.parse(response.data).entries == []
    [tombstone] = etree.fromstring(response.data).findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert tombstone.get("ref") == f"urn:uuid:{id}"
    assert datetime.fromisoformat(tombstone.get("when") or "").date() == datetime(2016, 12, 15).date()  # noqa: DTZ001


def test_recordings_are_a_feed_the_newest_first(filled: Catalog) -> None:
    filled.take_in(changed("overview", summary="How it began & why."))
    filled.set_time("2017-05-02T00:00:00Z")
    filled.act("overview/recording", VIDEO)
    filled.set_time("2017-05-03T00:00:00Z")
    filled.act("cafe/recording", VIDEO)

    feed = feedparser.parse(fetch(filled, "/recordings.atom").data)

    assert [entry.title for entry in feed.entries] == ["Café", "Overview"]
    assert feed.entries[1].summary == "How it began & why."
