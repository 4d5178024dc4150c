"""Time in a session: connections are united and cut to the session, against a model that counts minute by minute."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from services.registration.attendance_reports.presence import Presence, judge_presence
from services.registration.attendance_reports.report_rows import ReportRow, Window
from services.registration.attendance_reports.time_cells import WrittenTime

ZONE = ZoneInfo("America/Chicago")
START = datetime(2016, 12, 14, 13, tzinfo=ZONE)
WINDOW = Window(START, START + timedelta(minutes=60), ZONE)


def connect(begin: int, end: int, seconds: float | None = None) -> ReportRow:
    """A connection from minute to minute of the session."""
    joined, left = (START + timedelta(minutes=minute) for minute in (begin, end))
    times = (WrittenTime(moment.date(), moment.time(), None) for moment in (joined, left))
    return ReportRow(1, "", ("ann@x.org",), ("Ann",), *times, seconds=seconds)


SPANS = some.lists(
    some.tuples(some.integers(-120, 150), some.integers(0, 150)).map(lambda one: (one[0], one[0] + one[1])),
    min_size=1,
    max_size=8,
)


@given(SPANS)
def test_connections_are_united_as_a_count_minute_by_minute_says(spans: list[tuple[int, int]]) -> None:
    covered = {minute for begin, end in spans for minute in range(max(begin, 0), min(end, 60))}

    found = judge_presence([connect(*span) for span in spans], WINDOW)

    assert found == Presence(bool(covered), len(covered))


@given(SPANS, some.randoms())
def test_the_order_of_rows_does_not_matter(spans: list[tuple[int, int]], random: object) -> None:
    rows = [connect(*span, seconds=(span[1] - span[0]) * 30) for span in spans]
    shuffled = list(rows)
    random.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue]

    assert judge_presence(rows, WINDOW) == judge_presence(shuffled, WINDOW)


@given(SPANS, some.integers(0, 3600))
def test_a_duration_can_only_lessen(spans: list[tuple[int, int]], seconds: int) -> None:
    whole = judge_presence([connect(*span) for span in spans], WINDOW).minutes or 0
    lessened = judge_presence([connect(*span, seconds=seconds) for span in spans], WINDOW).minutes or 0

    assert lessened <= whole


def test_first_join_and_last_leave_with_a_shorter_duration_count_for_the_duration() -> None:
    assert judge_presence([connect(0, 60, seconds=240)], WINDOW) == Presence(True, 4)


def test_a_summary_and_its_connections_count_once() -> None:
    rows = [connect(0, 60, seconds=320), connect(0, 3), connect(57, 60)]

    assert judge_presence(rows, WINDOW) == Presence(True, 6)


def test_durations_alone_are_added_up_to_the_sessions_length() -> None:
    rows = [ReportRow(1, "", (), ("Ann",), seconds=2400), ReportRow(2, "", (), ("Ann",), seconds=2400)]

    assert judge_presence(rows, WINDOW) == Presence(True, 60)


def test_the_waiting_room_and_a_no_count_as_nothing() -> None:
    waited = ReportRow(1, "", (), ("Ann",), seconds=600, waiting=True)
    absent = ReportRow(2, "", (), ("Ann",), said=False)

    assert judge_presence([waited], WINDOW) == Presence(False, 0)
    assert judge_presence([absent], WINDOW) == Presence(False, None)
    assert judge_presence([absent, connect(0, 30)], WINDOW) == Presence(True, 30)
