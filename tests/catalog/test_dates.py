"""Dates as programmes have them: exact in a zone, or uncertain."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.catalog.dates import edtf_dates as dates
from services.catalog.dates.durations import read_duration, write_duration
from shared.date_labels import label_edtf, label_moment

CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("edtf", "label", "earliest", "latest"),
    [
        ("2017", "2017", "2017-01-01", "2018-01-01"),
        ("2017-06", "June 2017", "2017-06-01", "2017-07-01"),
        ("2017-06-23", "Friday, June 23, 2017", "2017-06-23", "2017-06-24"),
        ("2017-23", "Fall 2017", "2017-09-01", "2017-12-01"),
        ("2018-21", "Spring 2018", "2018-03-01", "2018-06-01"),
        ("2016-12/2018-12", "December 2016 to December 2018", "2016-12-01", "2019-01-01"),
        ("2018-21/2018-22", "Spring 2018 to Summer 2018", "2018-03-01", "2018-09-01"),
        ("2018?", "Possibly 2018", "2018-01-01", "2019-01-01"),
        ("2017-23~", "About Fall 2017", "2017-09-01", "2017-12-01"),
        ("201X", "2010s", "2010-01-01", "2020-01-01"),
        ("2017-12-XX", "December 2017", "2017-12-01", "2018-01-01"),
        ("2016/..", "From 2016", "2016-01-01", "9999-12-31"),
        ("../2018", "Until 2018", "0001-01-01", "2019-01-01"),
    ],
)
def test_an_uncertain_date_has_a_label_and_the_interval_that_it_means(
    edtf: str, label: str, earliest: str, latest: str
) -> None:
    when = dates.uncertain(edtf)

    assert (when.edtf, label_edtf(edtf)) == (edtf, label)
    assert (f"{when.earliest:%Y-%m-%d}".zfill(10), str(when.latest.date())) == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    ["", "/", "../..", "soon", "2017-13", "2017-33", "2017-02-30", "2018/2017", "17-06", "2017-04-06T13:00:00", "9999"],
)
def test_what_is_no_date_of_a_programme_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Not a"):
        dates.uncertain(text)


@pytest.mark.parametrize(
    ("local", "offset", "label"),
    [
        ("2017-04-06T13:00", "-05:00", "Thursday, April 6, 2017, 1:00 PM CDT"),
        ("2017-02-09T13:00", "-06:00", "Thursday, February 9, 2017, 1:00 PM CST"),
        ("2017-03-12T01:59", "-06:00", "Sunday, March 12, 2017, 1:59 AM CST"),
        ("2017-03-12T03:00", "-05:00", "Sunday, March 12, 2017, 3:00 AM CDT"),
        ("2017-11-05T00:30", "-05:00", "Sunday, November 5, 2017, 12:30 AM CDT"),
        ("2017-11-05T02:00", "-06:00", "Sunday, November 5, 2017, 2:00 AM CST"),
    ],
)
def test_a_local_time_is_the_right_moment_on_both_sides_of_a_change_of_clocks(
    local: str, offset: str, label: str
) -> None:
    moment = dates.resolve(datetime.fromisoformat(local), CHICAGO)

    assert moment.astimezone(UTC) == datetime.fromisoformat(f"{local}:00{offset}")
    assert label_moment(moment) == label


@pytest.mark.parametrize(
    ("local", "why"), [("2017-03-12T02:30", "Does not exist"), ("2017-11-05T01:30", "Comes twice")]
)
def test_a_local_time_that_is_skipped_or_comes_twice_is_refused(local: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dates.resolve(datetime.fromisoformat(local), CHICAGO)


def test_a_local_time_that_comes_twice_can_be_told_by_its_offset() -> None:
    moment = dates.resolve(datetime.fromisoformat("2017-11-05T01:30:00-06:00"), CHICAGO)

    assert label_moment(moment) == "Sunday, November 5, 2017, 1:30 AM CST"


def test_a_session_across_the_change_of_clocks_lasts_as_long_as_it_says() -> None:
    local = (datetime.fromisoformat(f"2017-03-12T0{hour}:00") for hour in (1, 4))
    starts, ends = (dates.resolve(moment, CHICAGO) for moment in local)

    when = dates.exact(starts, ends, CHICAGO)

    assert when.ends_at
    assert when.starts_at
    assert (when.ends_at.astimezone(UTC) - when.starts_at.astimezone(UTC)).total_seconds() == 2 * 3600


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    moment = datetime(2017, 4, 6, 13, tzinfo=ZoneInfo("America/Sao_Paulo"))

    assert label_moment(moment).endswith("1:00 PM UTC-03")


@pytest.mark.parametrize(("text", "seconds"), [("PT1H30M", 5400), ("PT45M", 2700), ("PT1H", 3600), ("PT5S", 5)])
def test_a_duration_is_read_and_written_alike(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds
    assert write_duration(seconds) == text


@pytest.mark.parametrize("text", ["", "PT", "90", "PT0M", "P1D", "PT-5M", "1:30"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not a duration"):
        read_duration(text)
