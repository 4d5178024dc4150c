"""Durations, times and zones as platforms and spreadsheets write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.registration.attendance_reports.duration_cells import Unit, read_duration
from services.registration.attendance_reports.time_cells import Order, read_time, read_zone

CHICAGO = ZoneInfo("America/Chicago")
START = datetime(2016, 12, 14, 13, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("58m 12s", 3492), ("4:40", 280), ("0 hours 57 minutes 40 seconds", 3460), ("40s", 40), ("00:59:10", 3550),
        ("59.4", 3564), ("59,4", 3564), ("1 hr", 3600), ("5 min", 300), ("59 Min. 0 Sek.", 3540), ("60 mins", 3600),
        ("1h 2m 51s", 3771), ("PT59M", 3540), ("1 h 02", 3720), ("1h02", 3720), ("1 Std. 5 Min.", 3900),
        ("1 heure et 5 minutes", 3900), ("1 hora y 5 minutos", 3900), ("1 Stunde und 3 Minuten", 3780),
        ("1.5 hours", 5400), ("< 1 min", 60), ("less than a minute", 60), ("59′ 30″", 3570), ("0", 0),
        ("1 hour, 2 minutes", 3720), ("1\u00a0h\u00a05\u00a0min", 3900),
    ],
)  # fmt: skip
def test_durations_are_read(written: str, seconds: float) -> None:
    assert read_duration(written) == pytest.approx(seconds)


def test_the_unit_of_a_bare_number_is_that_of_its_head() -> None:
    assert (read_duration("90", Unit.SECOND), read_duration("1.5", Unit.HOUR)) == (90, 5400)


@pytest.mark.parametrize("written", ["", "-", "--", "\u2014", "  "])
def test_an_empty_duration_says_nothing(written: str) -> None:
    assert read_duration(written) is None


@pytest.mark.parametrize("written", ["n/a", "5x", "Ann", "12:75", "1:75:00", "-5", "999999999", "1e9", "5 5", "9" * 80])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        read_duration(written)


@pytest.mark.parametrize(
    "written",
    [
        "12/14/2016 01:00:00 PM", "14.12.2016 13:00", "Dec 14, 2016 02:00 PM EST", "2016-12-14 13:00:00",
        "2016-12-14T19:00:00Z", "2016-12-14T13:00:00.000-06:00", "12/14/16, 1:00:00 PM", "1:00 PM", "13:00",
        "14.12.16, 13:00:00", "14. Dez. 2016 13:00 Uhr", "14 dic 2016 13:00", "14 de diciembre de 2016, 1:00 p. m.",
        "14 déc. 2016 à 13h00", "mercredi 14 décembre 2016 13:00", "Wed, 14 Dec 2016 13:00:00 GMT-6",
        "December 14, 2016 at 1:00:00 PM CST", "1 pm", "2:00 PM (America/New_York)", "2016/12/14 13:00",
        "14 de dezembro de 2016 13:00", "14-Dec-2016 13:00", "Dec 14, 2016 14:00:00 (GMT-05:00)",
        "12/14/2016 02:00:00 PM Eastern Time (US and Canada)", "12/14/2016 1:00\u202fPM",
    ],
)  # fmt: skip
def test_times_are_read(written: str) -> None:
    found = read_time(written)

    assert found
    assert found.resolve(START, CHICAGO) == START


@pytest.mark.parametrize("written", ["", "--", "Ann", "58m 12s", "25:00", "31/31/2016 10:00", "847 0000 1045", "55"])
def test_what_is_no_time_is_none(written: str) -> None:
    assert read_time(written) is None


def test_the_order_of_day_and_month_can_be_told() -> None:
    day_first = read_time("06/04/2017 13:00", Order.DAY_FIRST)

    assert day_first
    assert str(day_first.date) == "2017-04-06"


def test_a_time_without_a_date_is_on_the_day_closest_to_the_session() -> None:
    late = datetime(2016, 12, 14, 23, 30, tzinfo=CHICAGO)
    found = read_time("12:10 AM")

    assert found
    assert found.resolve(late, CHICAGO) == datetime(2016, 12, 15, 0, 10, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("America/Chicago", -6), ("EST", -5), ("GMT-05:00", -5), ("(UTC-06:00) Central Time (US & Canada)", -6),
        ("(GMT-5:00) Eastern Time", -5), ("UTC", 0), ("Europe/Berlin", 1), ("PT", -8),
    ],
)  # fmt: skip
def test_zones_are_read(written: str, hours: int) -> None:
    zone = read_zone(written)

    assert zone
    offset = zone.utcoffset(START)
    assert offset is not None
    assert offset.total_seconds() == hours * 3600


def test_what_is_no_zone_is_none() -> None:
    assert read_zone("nonsense") is None
