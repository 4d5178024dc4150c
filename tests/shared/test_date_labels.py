"""Dates and times as people read them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.date_labels import (
    label_badge,
    label_duration,
    label_edtf,
    label_length,
    label_moment,
    label_span,
    label_time,
    label_time_for,
    label_timestamp,
    label_wait,
)

STARTS = datetime(2017, 4, 6, 18, tzinfo=UTC)


@dataclass(frozen=True)
class Meeting:
    starts_at: datetime | None = STARTS
    ends_at: datetime | None = STARTS + timedelta(minutes=90)
    timezone: str | None = "America/Chicago"
    when_label: str | None = "April 2017"


@pytest.mark.parametrize(
    ("minutes", "locale", "label"),
    [
        (90, "en", "Thursday, April 6, 2017, 1:00–2:30 PM CDT"),
        (0, "en", "Thursday, April 6, 2017, 1:00 PM CDT"),
        (900, "en", "Thursday, April 6, 2017, 1:00 PM to Friday, April 7, 2017, 4:00 AM CDT"),
        (90, "de", "Donnerstag, 6. April 2017, 13:00–14:30 Uhr CDT"),
        (90, "fr", "jeudi 6 avril 2017, 13:00–14:30 CDT"),
    ],
)
def test_a_meeting_is_named_by_day_times_and_zone(minutes: int, locale: str, label: str) -> None:
    meeting = Meeting(ends_at=STARTS + timedelta(minutes=minutes))

    assert label_time(meeting, locale=locale) == label


def test_morning_and_afternoon_are_both_named() -> None:
    meeting = Meeting(starts_at=STARTS - timedelta(hours=2), ends_at=STARTS)

    assert label_time(meeting) == "Thursday, April 6, 2017, 11:00 AM–1:00 PM CDT"


def test_a_meeting_without_a_time_has_the_label_of_its_date() -> None:
    assert label_time(Meeting(starts_at=None)) == "April 2017"


def test_an_online_meeting_has_the_time_of_its_reader_too() -> None:
    label = label_time_for(Meeting(), "America/New_York", online=True)

    assert label == "Thursday, April 6, 2017, 2:00–3:30 PM EDT (1:00–2:30 PM CDT in the session's own time zone)"


@pytest.mark.parametrize(("timezone", "online"), [(None, True), ("America/New_York", False), ("No/Where", True)])
def test_other_readers_have_its_own_time_alone(timezone: str | None, online: bool) -> None:
    assert label_time_for(Meeting(), timezone, online=online) == "Thursday, April 6, 2017, 1:00–2:30 PM CDT"


@pytest.mark.parametrize(
    ("before", "label"),
    [
        (timedelta(minutes=51), "in 50 minutes"),
        (timedelta(minutes=60), "in one hour"),
        (timedelta(hours=5), "today"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=7), "in 7 days"),
        (timedelta(), "soon"),
    ],
)
def test_a_reminder_says_how_long_it_is_until_then(before: timedelta, label: str) -> None:
    assert label_wait(Meeting(), STARTS - before) == label


def test_a_list_shows_a_date_in_two_short_lines() -> None:
    when = {"starts_at": "2017-04-06T13:00:00-05:00", "timezone": "America/Chicago"}

    assert label_badge(when) == ("Apr", "6")
    assert label_badge({"edtf": "2017-23"}) == ("Fall", "2017")
    assert label_badge({"edtf": "2016-12/2018-12"}) == ("", "December 2016 to December 2018")


def test_a_page_shows_beginning_and_end() -> None:
    when = {
        "starts_at": "2017-04-06T13:00:00-05:00",
        "ends_at": "2017-04-06T14:30:00-05:00",
        "timezone": "America/Chicago",
    }

    assert label_span(when).replace("\N{NO-BREAK SPACE}", " ") == "Thursday, April 6, 2017, 1:00 PM to 2:30 PM CDT"


def test_other_labels_by_locale() -> None:
    moment = STARTS.astimezone(ZoneInfo("Europe/Berlin"))

    assert label_moment(moment, locale="de") == "Donnerstag, 6. April 2017, 20:00 CEST"
    assert label_timestamp(moment) == "Apr 6, 2017, 18:00 UTC"
    assert [label_duration(5280), label_duration(20), label_duration(7200)] == ["1 h 28 min", "0 min", "2 h"]
    assert [label_length(5400), label_length(1)] == ["1 hour 30 minutes", "1 minute"]
    assert label_length(5400, "de") == "1 Stunde 30 Minuten"
    assert label_edtf("2017-06", "de") == "Juni 2017"
